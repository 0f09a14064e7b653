import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../at-most.js';
import type { Logger } from '../../logging/logger.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { ReceivedEvent } from '../received-event.js';
import type { ClaimStore, Suspects } from './partition-claims.js';
import type { LockMode, SharedLock } from './shared-lock.js';

/** So many events are tried together where a process ended; if that ends the next one, each of them is tried alone. */
const GROUP_SIZE = 16;
/** An event that has ended so many processes in its group, and then alone, is not tried again. */
const DEADLY_TRIES = 2;
/** A try that goes on for longer, while the event loop turns, is not what ends the process; nothing waits for it. */
const GUARDED_MS = 5_000;
/** Of the main context, before the others try what may end the process once more: it gets on with each restart. */
const HEAD_START_MS = 3_000;
const RELEASE_TIMEOUT_MS = 500;

export interface PoisonGuardParts {
  readonly context: string;
  readonly topic: string;
  /** Whether others wait for it. */
  readonly isMain: boolean;
  readonly claims: ClaimStore;
  /** One for the process: what is tried alone is alone among all contexts, or an innocent event would be blamed. */
  readonly lock: SharedLock;
  /** Events of a batch at most: what has ended a process is among so many that come back first. */
  readonly maxEvents: number;
  readonly log: Logger;
}

/** Events that are to be tried together. */
export interface Portion {
  readonly events: readonly ReceivedEvent[];
  /** Why they are not tried at all. */
  readonly verdict?: Verdict;
  /** Does a try of them, or of some of them. Throws what it throws. */
  readonly guarded?:
    ((events: readonly ReceivedEvent[], attempt: () => Promise<void>) => Promise<void>) | undefined;
}

/** A single event is refused for this. */
export interface Verdict {
  readonly error: Error;
  /** Tries of it that there were. */
  readonly attempts: number;
  /** Hears that it has been refused. */
  readonly onRefused: () => Promise<void>;
}

/** What is known of a partition since it was taken over. */
interface Caution {
  /** Events that are still to be tried in groups. */
  toGroup: number;
  suspects: Suspects | undefined;
  readonly refusedOffsets: ReadonlySet<number>;
  /** By `performance.now()`. */
  readonly notBeforeMs: number;
  /** A try has gone on for too long to be watched. */
  isOver: boolean;
}

/**
 * Finds events that end the process: by an endless loop, by taking all of the memory, by a fault of a native library.
 * Such an event comes back after each restart, and what a process has counted of its tries is gone with it.
 *
 * A partition that was let go of in good order costs one statement, at its first batch. Where a process ended without
 * that, the events that come first are tried in small groups, and each group is marked in the database before. The
 * events of a group that ended the next process are tried one at a time, with nothing that is suspected beside them. One
 * that ends that process too is refused: the third death is the last. Events that were only beside it, or that were being
 * tried when somebody killed the process, are cleared by the try that they pass.
 */
export class PoisonGuard {
  private readonly partitions = new Map<number, Caution>();

  constructor(private readonly parts: PoisonGuardParts) {}

  /** Whether the events of a partition are tried as they come. */
  isCalm(partition: number): boolean {
    const caution = this.partitions.get(partition);
    return caution !== undefined && caution.toGroup === 0 && caution.suspects === undefined;
  }

  /** What is to be tried together, in order. Throws what the database throws. */
  async portions(events: readonly ReceivedEvent[]): Promise<Portion[]> {
    const { partition } = events[0]!;
    const caution = this.partitions.get(partition) ?? (await this.takeOver(partition));
    const portions: Portion[] = [];
    for (let at = 0; at < events.length; at += portions.at(-1)!.events.length) {
      portions.push(this.nextPortion(events, at, caution));
    }
    return portions;
  }

  private nextPortion(events: readonly ReceivedEvent[], at: number, caution: Caution): Portion {
    const { suspects, refusedOffsets } = caution;
    const event = events[at]!;
    if (refusedOffsets.has(event.offset)) return this.refusal(event);
    if (suspects !== undefined && event.offset < suspects.firstOffset) {
      // These were done before the suspects were tried.
      const isCleared = ({ offset }: ReceivedEvent): boolean =>
        offset < suspects.firstOffset && !refusedOffsets.has(offset);
      return { events: takeWhile(events, at, isCleared) };
    }
    if (suspects !== undefined) {
      if (event.offset >= suspects.nextOffset - 1) caution.suspects = undefined;
      if (event.offset < suspects.nextOffset) return this.alone(event, suspects, caution);
    }
    if (caution.toGroup === 0) return { events: events.slice(at) };
    const group = events.slice(at, at + GROUP_SIZE);
    caution.toGroup = Math.max(0, caution.toGroup - group.length);
    return { events: group, guarded: this.guardedBy({ deaths: 0, mode: 'shared', caution }) };
  }

  /** These partitions are ours, and no others: the others are let go of. */
  async keepOnly(partitions: readonly number[]): Promise<void> {
    const lost = [...this.partitions.keys()].filter((partition) => !partitions.includes(partition));
    for (const partition of lost) this.partitions.delete(partition);
    const released = Promise.all(lost.map((partition) => this.parts.claims.release(this.placeOf(partition))));
    await atMost(
      RELEASE_TIMEOUT_MS,
      released.then(() => undefined),
    ).catch(() => undefined);
  }

  private async takeOver(partition: number): Promise<Caution> {
    const { claims, maxEvents, isMain, log } = this.parts;
    const place = this.placeOf(partition);
    const { isAbandoned, suspects, refusedOffsets } = await claims.claim(place);
    const toGroup = isAbandoned ? maxEvents : 0;
    const caution: Caution = {
      toGroup,
      suspects,
      refusedOffsets: new Set(refusedOffsets),
      notBeforeMs: isMain ? 0 : performance.now() + HEAD_START_MS,
      isOver: false,
    };
    this.partitions.set(partition, caution);
    if (suspects !== undefined) {
      log.warn({ ...place, ...suspects }, 'a process ended while it tried these events; each is tried alone');
    }
    return caution;
  }

  private alone(
    event: ReceivedEvent,
    { firstOffset, nextOffset, deaths }: Suspects,
    caution: Caution,
  ): Portion {
    const isOnlyOne = nextOffset === firstOffset + 1;
    if (isOnlyOne && deaths >= DEADLY_TRIES) return this.refusal(event);
    return { events: [event], guarded: this.guardedBy({ deaths, mode: 'exclusive', caution }) };
  }

  private refusal(event: ReceivedEvent): Portion {
    const { claims, context, topic, log } = this.parts;
    const { partition, offset } = event;
    const error = new Error(`the process ended ${DEADLY_TRIES} times while it tried this event`);
    const onRefused = async (): Promise<void> => {
      log.error({ context, topic, partition, offset }, 'an event that ends the process was refused');
      await claims.refused({ context, topic, partition }, offset).catch(() => undefined);
    };
    return { events: [event], verdict: { error, attempts: DEADLY_TRIES, onRefused } };
  }

  private guardedBy(how: GuardedTry): Portion['guarded'] {
    return (events, attempt) => this.attempt(events, how, attempt);
  }

  private async attempt(
    events: readonly ReceivedEvent[],
    { deaths, mode, caution }: GuardedTry,
    attempt: () => Promise<void>,
  ): Promise<void> {
    if (caution.isOver) return attempt();
    const { lock, claims } = this.parts;
    const place = this.placeOf(events[0]!.partition);
    const headStartMs = caution.notBeforeMs - performance.now();
    if (headStartMs > 0) await sleep(headStartMs);
    const letGo = await lock.acquire(mode);
    const lapse = setTimeout(() => {
      caution.isOver = true;
      letGo();
      void this.clear(place);
    }, GUARDED_MS);
    try {
      const [firstOffset, nextOffset] = [events[0]!.offset, events.at(-1)!.offset + 1];
      await claims.mark(place, { firstOffset, nextOffset, deaths });
      await attempt();
    } finally {
      clearTimeout(lapse);
      await this.clear(place);
      letGo();
    }
  }

  /** A mark that stays, since the database is away, leads to careful tries at most. */
  private clear(place: PartitionPlace): Promise<void> {
    return this.parts.claims.clear(place).catch(() => undefined);
  }

  private placeOf(partition: number): PartitionPlace {
    return { context: this.parts.context, topic: this.parts.topic, partition };
  }
}

interface GuardedTry {
  /** Processes that have ended by these events already. */
  readonly deaths: number;
  readonly mode: LockMode;
  readonly caution: Caution;
}

function takeWhile<T>(items: readonly T[], start: number, holds: (item: T) => boolean): T[] {
  let end = start;
  while (end < items.length && holds(items[end]!)) end++;
  return items.slice(start, end);
}
