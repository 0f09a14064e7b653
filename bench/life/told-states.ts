import type { Kafka } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { LifeKind } from './life.js';
import { type Life, LONGEST_LIFE_MS, lifeOf } from './life.js';

const LOOK_EVERY_MS = 50;
const MS_PER_SECOND = 1_000;

/** When an order's status topic first told of each of its states; milliseconds since the Unix epoch. */
export type ToldAt = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface StatusEvent {
  readonly order_uid: string;
  readonly status: string;
  readonly payment_status: string;
  readonly shipment_status: string;
}

/**
 * Reads a status topic once all is on it, so that nothing of it is on anybody's time: an event has the time at which the relay
 * has sent it.
 */
export async function readToldStates(
  kafka: Kafka,
  topic: string,
  events: number,
): Promise<{ readonly toldAt: ToldAt; readonly read: number }> {
  const toldAt = new Map<string, Map<string, number>>();
  let read = 0;
  const consumer = kafka.consumer({ groupId: `${topic}.read-back`, maxBytesPerPartition: 4 * 1_048_576 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        for (const { value, timestamp } of batch.messages) {
          note(toldAt, JSON.parse(value!.toString()) as StatusEvent, Number(timestamp));
          read++;
        }
        return Promise.resolve();
      },
    });
    while (read < events) await pause(LOOK_EVERY_MS);
  } finally {
    await consumer.disconnect();
  }
  return { toldAt, read };
}

function note(toldAt: Map<string, Map<string, number>>, event: StatusEvent, atMs: number): void {
  const { order_uid, status, payment_status, shipment_status } = event;
  const ofOrder = toldAt.get(order_uid) ?? new Map<string, number>();
  if (ofOrder.size === 0) toldAt.set(order_uid, ofOrder);
  const states = [`status ${status}`, `payment ${payment_status}`, `shipment ${shipment_status}`];
  for (const state of states) if (!ofOrder.has(state)) ofOrder.set(state, atMs);
}

/** What is waited for: a state, and the event that brings it about; by default the order itself. */
interface Effect {
  readonly state: string;
  readonly isCause: (event: Life['events'][number]) => boolean;
  readonly ofKinds: readonly LifeKind[];
}

const USUAL: readonly LifeKind[] = ['delivered', 'in parts', 'refunded', 'returned', 'second attempt'];

/** From the last event that an effect needs to the status event that tells it. */
export const EFFECTS = {
  'order -> confirmed': {
    state: 'status confirmed',
    isCause: ({ topic }) => topic === 'orders',
    ofKinds: USUAL,
  },
  'capture -> paid': {
    state: 'payment paid',
    isCause: ({ topic, value }) => topic === 'payments' && (value as { type: string }).type === 'captured',
    ofKinds: USUAL,
  },
  'handed over -> delivered': {
    state: 'status delivered',
    isCause: ({ topic, value }) =>
      topic === 'delivery-events' && (value as { type: string }).type === 'delivered',
    ofKinds: USUAL,
  },
} as const satisfies Record<string, Effect>;
export type EffectName = keyof typeof EFFECTS;

/** Seconds from when the last cause of an effect was due until it was told, of all lives that have it. */
export function delaysOf(
  name: EffectName,
  toldAt: ToldAt,
  { lives, livesPerSecond, startedAtMs }: { lives: number; livesPerSecond: number; startedAtMs: number },
): number[] {
  const { state, isCause, ofKinds }: Effect = EFFECTS[name];
  const delays: number[] = [];
  for (let number = 0; number < lives; number++) {
    const { kind, order, events } = lifeOf(number);
    const told = toldAt.get(order.order_uid)?.get(state);
    if (!ofKinds.includes(kind) || told === undefined) continue;
    const afterMs = events.findLast(isCause)?.afterMs ?? LONGEST_LIFE_MS;
    const dueAtMs = startedAtMs + (number * MS_PER_SECOND) / livesPerSecond + afterMs;
    delays.push((told - dueAtMs) / MS_PER_SECOND);
  }
  return delays.sort((one, other) => one - other);
}

/** The least value that this share of sorted values does not exceed (nearest rank); 0 of none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0;
}
