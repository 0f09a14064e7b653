import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.js';
import type { EntriesReplica } from './entries-replica.js';
import { EntryCaller } from './entry-caller.js';
import type { EntryRecorder } from './entry-recorder.js';
import type { Place } from './entry-values.js';

const CALLERS = 8;
/** So that what is away is not asked thousands of times. */
const AFTER_NO_ANSWER_MS = 50;
const BATCH = 5;
const MAX_TTL_SECONDS = 3;
/** Mostly the latest of all, or mostly not. */
const NO_AGO_MS = 5;
const MAX_AGO_MS = 2_000;

/** Longer than a replica may be behind another one, so that what stays wrong is seen. */
const LULL_MS = 1_500;

type Operation = (caller: EntryCaller, crew: EntryCrew) => Promise<boolean>;

type Mix = readonly (readonly [weight: number, operation: Operation])[];

/** How callers read, and how often beside each other. */
const READS: Mix = [
  [36, (caller, crew) => caller.get(crew.place())],
  [4, (caller, crew) => caller.getUnlessSame(crew.place())],
  [7, (caller, crew) => caller.getAll(crew.some())],
  [3, (caller, crew) => caller.list(crew.ofOneInstance())],
];

/** All that they do. */
const MIX: Mix = [
  ...READS,
  [18, (caller, crew) => caller.put(crew.place())],
  [5, (caller, crew) => caller.put(crew.place(), { ttlSeconds: crew.ttl() })],
  [3, (caller, crew) => caller.put(crew.place(), { agoMs: crew.ago() })],
  [3, (caller, crew) => caller.put(crew.place(), { ifAbsent: true })],
  [4, (caller, crew) => crew.ifSame((place, ifVersion) => caller.put(place, { ifVersion }))],
  [8, (caller, crew) => caller.remove(crew.place())],
  [1, (caller, crew) => caller.remove(crew.place(), { agoMs: crew.ago() })],
  [2, (caller, crew) => crew.ifSame((place, ifVersion) => caller.remove(place, { ifVersion }))],
  [5, (caller, crew) => caller.putAll(crew.some())],
  [1, (caller, crew) => caller.putAll(crew.some(), crew.ttl())],
];

type IfSame = (place: Place, tag: { readonly version: number; readonly etag: string }) => Promise<boolean>;

/**
 * Callers that do one thing after the other, of all that there is to do, each on a connection that is kept. Some ask one
 * replica alone, which they come to at once when it was away, and some ask any.
 */
export class EntryCrew {
  private isOpen = true;
  private mix = MIX;
  private readonly callers: Promise<void>[];

  constructor(
    replicas: readonly EntriesReplica[],
    private readonly places: readonly Place[],
    private readonly recorder: EntryRecorder,
    private readonly dice: Dice,
  ) {
    this.callers = Array.from({ length: CALLERS }, (_, number) => {
      const ofOne = replicas[number % (replicas.length + 1)];
      return this.work(ofOne === undefined ? replicas : [ofOne]);
    });
  }

  /** Resolves when nothing is under way any more. */
  async finish(): Promise<void> {
    this.isOpen = false;
    await Promise.all(this.callers);
  }

  /** Nothing is written for a while, and all is read. */
  async lull(): Promise<void> {
    this.mix = READS;
    await pause(LULL_MS);
    this.mix = MIX;
  }

  place(): Place {
    return this.dice.pick(this.places);
  }

  ofOneInstance(): Place[] {
    const { instance } = this.place();
    return this.places.filter((place) => place.instance === instance);
  }

  some(): Place[] {
    const places = this.ofOneInstance();
    return [...new Set(Array.from({ length: BATCH }, () => this.dice.pick(places)))];
  }

  ttl(): number {
    return 1 + this.dice.below(MAX_TTL_SECONDS);
  }

  ago(): number {
    return this.dice.between(0, this.dice.pick([NO_AGO_MS, MAX_AGO_MS]));
  }

  /** With what was seen of a key last, which is the present version mostly. */
  ifSame(work: IfSame): Promise<boolean> {
    const place = this.place();
    const tag = this.recorder.tagOf(place);
    return tag === undefined ? Promise.resolve(true) : work(place, tag);
  }

  private async work(replicas: readonly EntriesReplica[]): Promise<void> {
    const callers = replicas.map(({ name, url }) => new EntryCaller(name, url, this.recorder));
    while (this.isOpen) {
      const wasAnswered = await this.operation()(this.dice.pick(callers), this);
      if (!wasAnswered) await pause(AFTER_NO_ANSWER_MS);
    }
    for (const caller of callers) caller.close();
  }

  private operation(): Operation {
    let roll = this.dice.below(this.mix.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, operation] of this.mix) {
      if (roll < weight) return operation;
      roll -= weight;
    }
    throw new Error('the weights do not add up');
  }
}
