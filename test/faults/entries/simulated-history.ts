import type { Dice } from '../dice.js';
import type { KeyRead, KeyWrite, Seen } from './entry-operations.js';

const REPLICAS = ['a', 'b'] as const;
const LONGEST_MS = 30;
/** How far the other replica may be behind. */
const LAG_MS = 900;
/** A write without an answer may take effect so much later. */
const LATE_MS = 2_000;
const TTL_MS = 1_000;

interface State {
  readonly version: number;
  readonly write: KeyWrite | undefined;
  readonly madeMs: number;
  readonly createdAt: string;
}

interface Plan {
  readonly kind: 'read' | 'put' | 'delete';
  readonly replica: string;
  readonly startMs: number;
  readonly atMs: number;
  readonly endMs: number;
  /** undefined: it has an answer. */
  readonly fate: 'takes effect' | 'is lost' | undefined;
}

export interface Simulated {
  readonly writes: readonly KeyWrite[];
  readonly reads: readonly KeyRead[];
}

/** What callers are told by a cache of one key that keeps all promises, and is as late as it may be. */
export function simulate(dice: Dice, operations: number): Simulated {
  const plans = Array.from({ length: operations }, () => planOf(dice, operations));
  plans.sort((one, other) => one.atMs - other.atMs);
  const states: State[] = [{ version: 0, write: undefined, madeMs: -Infinity, createdAt: '' }];
  const known = new Map<string, number>(REPLICAS.map((replica) => [replica, 0]));
  const writes: KeyWrite[] = [];
  const reads: KeyRead[] = [];
  for (const plan of plans) {
    const { replica, startMs, atMs, endMs } = plan;
    if (plan.kind === 'read') {
      const heard = states.findLastIndex(({ madeMs }) => madeMs <= atMs - dice.between(0, LAG_MS));
      const index = Math.max(known.get(replica)!, heard);
      known.set(replica, index);
      reads.push({ replica, startMs, endMs, seen: seenOf(states[index]!, atMs) });
    } else {
      const write = writeOf(plan, writes.length + 1, states, dice);
      if (write.outcome === 'acknowledged') known.set(replica, states.length - 1);
      writes.push(write);
    }
  }
  const { version } = states.at(-1)!;
  const last = { replica: 'PostgreSQL', startMs: 1e9, endMs: 1e9 + 1, isOrdered: true, isLast: true };
  const seen = seenOf(states.at(-1)!, 1e9);
  reads.push({ ...last, seen: seen.what === 'absent' ? { ...seen, version } : seen });
  return { writes, reads };
}

function planOf(dice: Dice, operations: number): Plan {
  const startMs = dice.between(0, operations * LONGEST_MS);
  const endMs = startMs + dice.between(1, LONGEST_MS);
  const roll = dice.roll();
  const kind = roll < 0.6 ? 'read' : roll < 0.9 ? 'put' : 'delete';
  const fate =
    kind === 'read' || dice.roll() < 0.8 ? undefined : dice.pick(['takes effect', 'is lost'] as const);
  const atMs = fate === undefined ? dice.between(startMs, endMs) : dice.between(startMs, startMs + LATE_MS);
  return { kind, replica: dice.pick(REPLICAS), startMs, atMs, endMs, fate };
}

/** Carries it out. */
function writeOf(
  { kind, replica, startMs, endMs, atMs, fate }: Plan,
  serial: number,
  states: State[],
  dice: Dice,
): KeyWrite {
  const current = states.at(-1)!;
  const isThere = seenOf(current, atMs).what === 'value';
  const plain = {
    ...{ serial, replica, startMs, endMs },
    kind: kind === 'delete' ? ('delete' as const) : ('put' as const),
    outcome: fate === undefined ? ('acknowledged' as const) : ('unanswered' as const),
  };
  if (kind === 'delete' && !isThere) {
    return fate === undefined ? { ...plain, outcome: 'refused' } : plain;
  }
  const version = current.version + 1;
  const createdAt = isThere ? current.createdAt : `${atMs}`;
  const told = fate === undefined && kind === 'put' ? { version, isNew: !isThere, createdAt } : {};
  const ttlMs = kind === 'put' && dice.roll() < 0.3 ? TTL_MS : undefined;
  const write: KeyWrite = { ...plain, ttlMs, ...told };
  if (fate !== 'is lost') states.push({ version, write, madeMs: atMs, createdAt });
  return write;
}

function seenOf({ version, write, madeMs, createdAt }: State, atMs: number): Seen {
  const { kind, serial, ttlMs = Infinity } = write ?? { kind: 'delete', serial: 0 };
  if (kind === 'delete' || madeMs + ttlMs <= atMs) return { what: 'absent' };
  return { what: 'value', version, serial, createdAt };
}
