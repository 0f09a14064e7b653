/**
 * What is to be done about a failure.
 *
 * - `transient`: nothing is wrong with the event; wait, and try again for as long as it takes
 * - `permanent`: this event can never be stored
 * - `bug`: not foreseen; tried again a few times, then treated as permanent
 */
export type FailureKind = 'transient' | 'permanent' | 'bug';

/**
 * PostgreSQL's SQLSTATE by class (its first two characters) or in full.
 * Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
 *
 * Classes that speak of the server, the account or the schema are transient: no event is to blame for them,
 * and blaming one would send every order to the dead letters while an operator mends the database.
 */
const SQLSTATE_KINDS: Readonly<Record<string, FailureKind>> = {
  '08': 'transient', // connection exception
  '25': 'transient', // invalid transaction state, such as a read-only standby
  '28': 'transient', // invalid authorization
  '3D': 'transient', // the database does not exist
  '3F': 'transient', // the schema does not exist
  '40': 'transient', // transaction rollback: serialization failure, deadlock
  '42': 'transient', // a table or a right is missing
  '53': 'transient', // out of disk, memory or connections
  '55': 'transient', // object in use, lock not available
  '57': 'transient', // cancelled, shut down, crashed
  '58': 'transient', // system error
  XX: 'transient', // internal error, such as a corrupted page
  '21': 'permanent', // cardinality violation
  '22': 'permanent', // data exception
  '23': 'permanent', // integrity constraint violation
  '54': 'permanent', // program limit exceeded
};

/** Node's own codes for a peer that is away, and those of pg and kafkajs that have no SQLSTATE. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** pg says these in words only. */
const TRANSIENT_WORDS =
  /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|query read timeout|client was closed|cannot use a pool after calling end|connection ended/i;

/** Errors of our own that time mends. */
const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'AbortError',
  'CacheLoadTimeoutError',
  'DatabaseUnavailableError',
  'TooBusyError',
]);

/** kafkajs marks what it would itself try again; these it has given up on, and may work later all the same. */
const TRANSIENT_KAFKA_NAMES: ReadonlySet<string> = new Set([
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
]);

interface Failure {
  name?: string;
  message?: string;
  code?: unknown;
  type?: unknown;
  retriable?: boolean;
  cause?: unknown;
  driverError?: unknown;
}

function kindOf(failure: Failure): FailureKind | undefined {
  if (failure.type === 'MESSAGE_TOO_LARGE') return 'permanent';
  if (TRANSIENT_NAMES.has(failure.name ?? '') || TRANSIENT_KAFKA_NAMES.has(failure.name ?? ''))
    return 'transient';
  if (failure.name?.startsWith('KafkaJS') && failure.retriable === true) return 'transient';
  if (typeof failure.code === 'string') {
    if (TRANSIENT_CODES.has(failure.code)) return 'transient';
    const byState = /^[0-9A-Z]{5}$/.test(failure.code) ? SQLSTATE_KINDS[failure.code.slice(0, 2)] : undefined;
    if (byState !== undefined) return byState;
  }
  return TRANSIENT_WORDS.test(failure.message ?? '') ? 'transient' : undefined;
}

/** Which kind of failure an error is, judged by itself and then by what caused it. */
export function classifyFailure(error: unknown): FailureKind {
  let failure = error as Failure | undefined;
  for (let depth = 0; typeof failure === 'object' && failure !== null && depth < 5; depth++) {
    const kind = kindOf(failure);
    if (kind !== undefined) return kind;
    failure = (failure.driverError ?? failure.cause) as Failure | undefined;
  }
  return 'bug';
}
