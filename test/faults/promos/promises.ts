import { percentile } from '../../../bench/percentile.js';
import type { User } from '../../../src/promos/model/user.js';
import type { UserAnswer } from './user-connection.js';

const KEPT_DETAILS = 5;

/** What some answers have in common, as a row of the table. */
export interface Told {
  readonly what: string;
  /** How many answers there were of each kind. */
  readonly answers: ReadonlyMap<string, number>;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Promised {
  /** Messages that the answers may have. */
  readonly messages: readonly string[];
  /** By default what any answer may take. */
  readonly withinMs?: number;
}

const STATUSES: Readonly<Record<string, number>> = { 'not found': 404, 'internal error': 500 };

/** Holds answers against what was promised of them, and keeps a row of each kind and all that was not kept. */
export class Promises {
  readonly told: Told[] = [];
  private readonly faults = new Map<string, { count: number; details: string[] }>();

  /**
   * @param stored what is in the table
   * @param answeredWithinMs what any answer may take
   */
  constructor(
    private readonly stored: ReadonlyMap<string, User>,
    private readonly answeredWithinMs: number,
  ) {}

  check(what: string, answers: readonly UserAnswer[], promise: Promised): void {
    this.judge(what, answers, promise);
    this.tell(what, answers);
  }

  /** For answers that are part of a row. */
  judge(what: string, answers: readonly UserAnswer[], promise: Promised): void {
    for (const answer of answers) {
      for (const fault of this.faultsOf(answer, promise)) this.breaks(what, fault);
    }
  }

  /** Answers that nothing is promised of. */
  tell(what: string, answers: readonly UserAnswer[]): void {
    const counts = new Map<string, number>();
    for (const { message } of answers) counts.set(message, (counts.get(message) ?? 0) + 1);
    const times = answers.map(({ tookMs }) => tookMs);
    this.told.push({
      what,
      answers: counts,
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
      maxMs: percentile(times, 1),
    });
  }

  /** Something that is not about single answers. */
  holds(what: string, isSo: boolean, otherwise: string): void {
    if (!isSo) this.breaks(what, otherwise);
  }

  /** A time that nothing is promised of. */
  note(what: string, ms: number): void {
    this.told.push({ what, answers: new Map(), p50Ms: ms, p99Ms: ms, maxMs: ms });
  }

  /** One line for each thing of which a promise was broken. */
  broken(): string[] {
    return [...this.faults].map(([what, { count, details }]) => `${what}: ${count} (${details.join('; ')})`);
  }

  private breaks(what: string, fault: string): void {
    const entry = this.faults.get(what) ?? { count: 0, details: [] };
    entry.count += 1;
    if (entry.details.length < KEPT_DETAILS) entry.details.push(fault);
    this.faults.set(what, entry);
  }

  private faultsOf(answer: UserAnswer, { messages, withinMs = this.answeredWithinMs }: Promised): string[] {
    const { userId, status, message, user, retryAfter, tookMs } = answer;
    const faults: string[] = [];
    if (!messages.includes(message)) faults.push(`${userId}: ${status} ${message}`);
    else if (status !== (STATUSES[message] ?? 200)) faults.push(`${userId}: ${message} with ${status}`);
    if (tookMs > withinMs) faults.push(`${userId}: ${message} after ${Math.round(tookMs)} ms`);
    if (status === 500 && retryAfter !== '1') faults.push(`${userId}: 500 with Retry-After ${retryAfter}`);
    if (status === 200 && JSON.stringify(user) !== JSON.stringify(this.stored.get(userId))) {
      faults.push(`${userId}: ${JSON.stringify(user)}, not ${JSON.stringify(this.stored.get(userId))}`);
    }
    return faults;
  }
}
