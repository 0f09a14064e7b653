/** What the sender of a row's load is told, and what it says of it. */

export type Kind = 'reads' | 'writes';

/** Requests that go over connections of their own. */
export interface LaneTask {
  /** Scheme, host and port. */
  readonly url: string;
  readonly connections: number;
  /** How many are due each second, whatever their answers take; undefined: each connection sends after each answer. */
  readonly perSecond?: number | undefined;
  /** How much of it are reads, from 0 to 1; the rest are writes. */
  readonly readShare: number;
  readonly keys: KeyRange;
}

/**
 * Which keys are meant, of those with the numbers from 0 on. `spread`: reads as by Zipf's law, and writes to each as often
 * as to any other. `even`: reads too. `unknown`: keys that nothing was ever written to, each asked for once.
 */
export interface KeyRange {
  readonly count: number;
  readonly drawn: 'spread' | 'even' | 'unknown';
}

export interface LoadTask {
  readonly seconds: number;
  readonly lanes: readonly LaneTask[];
}

/** What came of the requests of one kind. */
export interface KindResult {
  readonly kind: Kind;
  /** How many were due, or were sent where none is ever due. */
  readonly asked: number;
  /** Answers as they should be. */
  readonly answers: number;
  /** Other answers, by status. */
  readonly refused: Readonly<Record<string, number>>;
  /** Requests without an answer within ten seconds, over connections that were lost, or never sent. */
  readonly unanswered: number;
  /** Answers with something else than what was asked for; one in 64 is looked at. */
  readonly mistaken: number;
  /** From the start until the last answer. */
  readonly seconds: number;
  /** From when a request was due, or was sent where none is ever due, until all of its answer was there. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface LoadTaskResult {
  readonly results: readonly KindResult[];
  readonly seconds: number;
  /** Of the sender itself, meanwhile. */
  readonly cpuSeconds: number;
  /** How late the sender was with requests that were due, and had a connection; undefined where none were. */
  readonly lateP99Ms: number | undefined;
}
