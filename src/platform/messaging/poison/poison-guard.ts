import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../at-most.js';
import type { Logger } from '../../logging/logger.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { ReceivedEvent } from '../received-event.js';
import type { ClaimStore, Suspects } from './partition-claims.js';
import type { LockMode, SharedLock } from './shared-lock.js';

/** Events per group after a crash; if a group crashes the next process, each of its events is tried alone. */
const GROUP_SIZE = 16;
/**
 * Marked attempts at an event, in its group and then alone, that crash before it is refused. The first crash of all is not
 * among them: nothing was marked then.
 */
const DEADLY_TRIES = 2;
/** An attempt that runs longer while the event loop keeps turning is not poison, and is guarded no more. */
const GUARDED_MS = 5_000;
/** A process that lives has ended its try by then, or has taken its mark back: before a refusal it gets the time to. */
const SURVIVED_WITHIN_MS = GUARDED_MS + 1_000;
/** How long the other contexts wait before their first marked attempt, so that the main one makes progress at each restart. */
const HEAD_START_MS = 3_000;
const RELEASE_TIMEOUT_MS = 500;

export interface PoisonGuardParts {
  readonly context: string;
  readonly topic: string;
  /** The main context does not wait for the head start. */
  readonly isMain: boolean;
  readonly claims: ClaimStore;
  /** One for the process: a suspect is tried with no other marked attempt beside it, or an innocent event would be blamed. */
  readonly lock: SharedLock;
  /** Most events of a batch: the culprit of a crash is among the first this many that are redelivered. */
  readonly maxEvents: number;
  readonly log: Logger;
}

/** Events that are to be tried together. */
export interface Portion {
  readonly events: readonly ReceivedEvent[];
  /** Why they are refused without an attempt. */
  readonly verdict?: Verdict;
  /** Makes an attempt, marked in the database, at these events or a part of them. Rethrows what the attempt throws. */
  readonly guarded?:
    ((events: readonly ReceivedEvent[], attempt: () => Promise<void>) => Promise<void>) | undefined;
}

/** The reason for refusing a single event. */
export interface Verdict {
  readonly error: Error;
  /** How many attempts were made. */
  readonly attempts: number;
  /** Called once the event has been refused. */
  readonly onRefused: () => Promise<void>;
}

/** What the guard remembers of a partition since it was claimed. */
interface Caution {
  /** Events that are still to be tried in groups. */
  toGroup: number;
  suspects: Suspects | undefined;
  readonly refusedOffsets: ReadonlySet<number>;
  /** By `performance.now()`. */
  readonly notBeforeMs: number;
  /** An attempt outlasted `GUARDED_MS`, so the partition is guarded no more. */
  isOver: boolean;
}

/**
 * Finds poison: events that crash the process by an endless loop, by exhausting its memory, or by a fault in a native
 * library. Such an event is redelivered after each restart, and attempts counted in memory are lost with the process.
 * `docs/decisions/028-poison.md` says what was weighed.
 *
 * A partition that was released in good order costs one statement, at its first batch. Where a process crashed instead,
 * or the partition was moved by a rebalance, which looks the same, the first events are tried in small groups, each marked
 * in the database beforehand. The events of a group that crashed the next process are tried one at a time, with no other
 * suspect beside them. One that crashes that process too is refused: the third crash is the last. A process that only lost
 * the partition during its try says so when the try ends, and is no crash. Innocent events, which only stood beside it or
 * were being tried when somebody killed the process, are acquitted by their first successful attempt.
 */
export class PoisonGuard {
  private readonly partitions = new Map<number, Caution>();

  constructor(private readonly parts: PoisonGuardParts) {}

  /** Whether the partition needs no guarding: its events are processed as they come. */
  isCalm(partition: number): boolean {
    const caution = this.partitions.get(partition);
    return caution !== undefined && caution.toGroup === 0 && caution.suspects === undefined;
  }

  /**
   * Splits a batch into portions to be tried one after the other. A batch that is given up in between is delivered to a
   * guard that has claimed the partition anew. Rethrows what the database throws.
   */
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
      // The events before the suspects had been processed when the crash happened.
      const isProcessed = ({ offset }: ReceivedEvent): boolean =>
        offset < suspects.firstOffset && !refusedOffsets.has(offset);
      return { events: takeWhile(events, at, isProcessed) };
    }
    if (suspects !== undefined) {
      if (event.offset >= suspects.nextOffset - 1) caution.suspects = undefined;
      if (event.offset < suspects.nextOffset) return this.alone(event, suspects, caution);
    }
    if (caution.toGroup === 0) return { events: events.slice(at) };
    const group = events.slice(at, at + GROUP_SIZE);
    caution.toGroup = Math.max(0, caution.toGroup - group.length);
    return { events: group, guarded: this.guardedBy({ deaths: 0, triers: [], mode: 'shared', caution }) };
  }

  /** Keeps what it knows of these partitions. Claims on all others are released; one that comes back is claimed anew. */
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
    const { isAbandoned, suspects: left, refusedOffsets } = await claims.claim(place);
    const suspects = left && (await this.sure(place, left));
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

  /** A rebalance looks the same as a crash at first. Nothing is refused for one. */
  private async sure(place: PartitionPlace, suspects: Suspects): Promise<Suspects | undefined> {
    if (suspects.deaths < DEADLY_TRIES) return suspects;
    await sleep(SURVIVED_WITHIN_MS);
    return this.parts.claims.recount(place, suspects);
  }

  private alone(event: ReceivedEvent, { deaths, triers }: Suspects, caution: Caution): Portion {
    // Only a mark of an event that was tried alone is claimed with so many.
    if (deaths >= DEADLY_TRIES) return this.refusal(event);
    return { events: [event], guarded: this.guardedBy({ deaths, triers, mode: 'exclusive', caution }) };
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

  private guardedBy(guarding: Guarding): Portion['guarded'] {
    return (events, attempt) => this.attempt(events, guarding, attempt);
  }

  private async attempt(
    events: readonly ReceivedEvent[],
    { deaths, triers, mode, caution }: Guarding,
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
      void this.unmark(place);
    }, GUARDED_MS);
    try {
      const [firstOffset, nextOffset] = [events[0]!.offset, events.at(-1)!.offset + 1];
      await claims.mark(place, { firstOffset, nextOffset, deaths, triers });
      await attempt();
    } finally {
      clearTimeout(lapse);
      await this.unmark(place);
      letGo();
    }
  }

  /** A mark that remains because the database is away only makes the next process try these events one at a time. */
  private unmark(place: PartitionPlace): Promise<void> {
    return this.parts.claims.clear(place).catch(() => undefined);
  }

  private placeOf(partition: number): PartitionPlace {
    return { context: this.parts.context, topic: this.parts.topic, partition };
  }
}

/** How an attempt is guarded. */
interface Guarding {
  /** Crashes during earlier marked attempts at these events; whoever claims the mark adds one. */
  readonly deaths: number;
  readonly triers: readonly string[];
  readonly mode: LockMode;
  readonly caution: Caution;
}

function takeWhile<T>(items: readonly T[], start: number, holds: (item: T) => boolean): T[] {
  let end = start;
  while (end < items.length && holds(items[end]!)) end++;
  return items.slice(start, end);
}
