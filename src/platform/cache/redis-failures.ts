import type { Failure } from '../failures/failure-classifier.js';
import { type FailureKind, kindOfSeveral } from '../failures/failure-kind.js';

/**
 * All errors of node-redis by their classes: they leave `name` at "Error". The package itself is not imported, since it is a
 * fifth of what the program loads at its start, and most run without it. `by its reply`: what the server said tells;
 * `by its parts`: what was said to each command of a transaction.
 */
export const REDIS_CLASS_KINDS: Readonly<Record<string, FailureKind | 'by its reply' | 'by its parts'>> = {
  AbortError: 'transient',
  ClientClosedError: 'transient',
  ClientOfflineError: 'transient',
  CommandTimeoutDuringMaintenanceError: 'transient',
  ConnectionTimeoutError: 'transient',
  DisconnectsClientError: 'transient',
  MaxCommandRedirectionsError: 'transient', // a cluster that is being changed
  ReconnectStrategyError: 'transient', // the client has given up; another one may get through
  RootNodesUnavailableError: 'transient',
  ScanIteratorInterruptedError: 'transient',
  SocketClosedUnexpectedlyError: 'transient',
  SocketTimeoutDuringMaintenanceError: 'transient',
  SocketTimeoutError: 'transient',
  TimeoutError: 'transient',
  WatchError: 'transient', // as PostgreSQL's serialization failure
  MultiErrorReply: 'by its parts',
  BlobError: 'by its reply',
  ErrorReply: 'by its reply',
  SimpleError: 'by its reply',
  OpenTelemetryError: 'bug',
};

/**
 * What a server says, by the first word of it. All words of Redis 7 are here (`redis-failures.redis.spec.ts` looks for more in
 * the server itself), so that a bug is one on purpose. What speaks of the server, the account or the set-up is transient, as it
 * is for PostgreSQL: no event is to blame for it.
 */
export const REDIS_REPLY_KINDS: Readonly<Record<string, FailureKind>> = {
  ASK: 'transient', // this and the next six are of a cluster
  CLUSTERDOWN: 'transient',
  MOVED: 'transient',
  NOMASTERLINK: 'transient',
  REDIRECT: 'transient',
  TRYAGAIN: 'transient',
  UNBLOCKED: 'transient',
  BUSY: 'transient', // a script runs for too long
  DENIED: 'transient', // protected mode
  INPROG: 'transient', // a failover; this and the next two are of Sentinel
  NOGOODSLAVE: 'transient',
  NOQUORUM: 'transient',
  IOERR: 'transient',
  LOADING: 'transient',
  MASTERDOWN: 'transient',
  MISCONF: 'transient', // it cannot save to its disk
  NOAUTH: 'transient',
  NOGROUP: 'transient', // the consumer group is gone, as a table may be
  NOPERM: 'transient',
  NOPROTO: 'transient', // too old a server
  NOREPLICAS: 'transient',
  NOSCRIPT: 'transient', // forgotten in a restart
  OOM: 'transient',
  READONLY: 'transient',
  WRONGPASS: 'transient',
  BUSYGROUP: 'bug',
  BUSYKEY: 'bug',
  CROSSSLOT: 'bug',
  ERR: 'bug', // but for those below
  EXECABORT: 'bug', // a command of the transaction has told why
  INVALIDOBJ: 'bug',
  NOTBUSY: 'bug',
  UNKILLABLE: 'bug',
  WRONGTYPE: 'bug',
};

/** Replies under the word for everything else that are about the server or the account. */
const TRANSIENT_ERR =
  /^ERR (max number of clients|unknown command|DB index is out of range|(Client sent )?AUTH\b|The user executing the script can't|ACL failure in script)/;

/** The reply to what was asked within: by a script, as Redis 6 tells it, or in a transaction. */
const INNER_REPLY = /(?:: -|because of: -?)([A-Z]{2,})\b/;

/** These are plain errors, of words only: of the client, then of Sentinel's and of a cluster's. */
const TRANSIENT_WORDS = new RegExp(
  [
    '^The queue is full$',
    '^None of the sentinels are available',
    "^couldn't connect to any sentinel",
    '^no valid master node',
    '^no (available replicas|replicas available)',
    '^READONLY ',
    '^Cluster closed$',
    '^Could not find shard$',
    '^Cannot find node ',
  ].join('|'),
  'i',
);

/** What node-redis says, and through it a server. */
export function classifyRedisFailure(failure: Failure): FailureKind | undefined {
  const { message = '' } = failure;
  const known = classesOf(failure).find((name) => Object.hasOwn(REDIS_CLASS_KINDS, name));
  const kind = known === undefined ? undefined : REDIS_CLASS_KINDS[known];
  if (kind === 'by its reply') return kindOfReply(message);
  if (kind === 'by its parts') return kindOfParts(failure);
  return kind ?? (TRANSIENT_WORDS.test(message) ? 'transient' : undefined);
}

function kindOfReply(reply: string): FailureKind | undefined {
  if (TRANSIENT_ERR.test(reply)) return 'transient';
  const word = /^[A-Z]+\b/.exec(reply)?.[0] ?? '';
  const inner = word === 'ERR' || word === 'EXECABORT' ? INNER_REPLY.exec(reply)?.[1] : undefined;
  for (const one of [inner, word]) {
    if (one !== undefined && Object.hasOwn(REDIS_REPLY_KINDS, one)) return REDIS_REPLY_KINDS[one];
  }
  return undefined;
}

function kindOfParts({ replies }: Failure): FailureKind | undefined {
  const failed = Array.isArray(replies) ? replies.filter((reply) => reply instanceof Error) : [];
  return kindOfSeveral(failed.map((reply) => classifyRedisFailure(reply as Error & Failure)));
}

/** The names of an object's classes, its own first. */
function classesOf(object: object): string[] {
  const names: string[] = [];
  for (let of = prototypeOf(object); of !== null; of = prototypeOf(of)) {
    const { constructor } = of as { constructor?: unknown };
    if (typeof constructor === 'function') names.push(constructor.name);
  }
  return names;
}

const prototypeOf = (object: object): object | null => Object.getPrototypeOf(object) as object | null;
