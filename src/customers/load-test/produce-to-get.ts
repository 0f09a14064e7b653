import { setTimeout as pause } from 'node:timers/promises';
import type { Customer } from '../model/customer.js';
import { headerIn, KeptGets } from './kept-gets.js';
import { Latencies } from './latencies.js';

const BETWEEN_LOOKS_MS = 2;
/** A record that is not seen for so long counts as lost. */
const GIVE_UP_MS = 10_000;

export interface ProduceToGetOptions {
  readonly url: string;
  readonly pathOf: (accountId: string) => string;
  /** Sent in turn, each with a new `updatedAt`. */
  readonly customers: readonly Customer[];
  readonly perSecond: number;
  /** Resolves once the record is with the broker. */
  readonly produce: (customer: Customer) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onSeen: (seen: number) => void;
}

/** How long records took, from before each was produced until the first GET that shows it was answered. */
export interface ProduceToGet {
  readonly latencies: Latencies;
  /** Records that no GET has shown. */
  readonly lost: number;
}

/** Produces customers at an even rate, and asks for each until it is shown, on a connection of its own, every two milliseconds. */
export async function measureProduceToGet(options: ProduceToGetOptions): Promise<ProduceToGet> {
  const { url, customers, perSecond, signal, onSeen } = options;
  const latencies = new Latencies();
  const idle: KeptGets[] = [];
  let lost = 0;
  const measure = async (customer: Customer): Promise<void> => {
    const connection = idle.pop() ?? (await KeptGets.open(url));
    const producedAtMs = performance.now();
    const producing = options.produce(customer);
    // It is awaited below; meanwhile a failure has nobody who hears of it.
    producing.catch(() => undefined);
    const isSeen = await isShown(connection, options, customer);
    const seenAtMs = performance.now();
    await producing;
    if (isSeen) latencies.add(seenAtMs - producedAtMs);
    else lost++;
    idle.push(connection);
    onSeen(latencies.count + lost);
  };
  const startedAtMs = performance.now();
  const underWay: Promise<void>[] = [];
  for (const [number, customer] of customers.entries()) {
    await pause(Math.max(0, startedAtMs + (number * 1_000) / perSecond - performance.now()));
    if (signal.aborted) break;
    const one = measure(customer);
    one.catch(() => undefined);
    underWay.push(one);
  }
  try {
    await Promise.all(underWay);
  } finally {
    for (const connection of idle) connection.close();
  }
  return { latencies, lost };
}

async function isShown(
  connection: KeptGets,
  { pathOf, signal }: ProduceToGetOptions,
  { accountId, updatedAt }: Customer,
): Promise<boolean> {
  const etag = `"${updatedAt}"`;
  const untilMs = performance.now() + GIVE_UP_MS;
  while (performance.now() < untilMs && !signal.aborted) {
    const { head } = await connection.get(pathOf(accountId));
    if (headerIn(head, 'etag') === etag) return true;
    await pause(BETWEEN_LOOKS_MS);
  }
  return false;
}
