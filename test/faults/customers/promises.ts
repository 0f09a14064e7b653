import { headerIn, type GetAnswer } from '../../../src/customers/load-test/kept-gets.js';
import { Latencies } from '../../../src/customers/load-test/latencies.js';
import { bodyOf, type CustomerBook } from './customer-book.js';

const KEPT_DETAILS = 5;
/** What a busy machine may add to what X-Data-Lag says, which is in whole seconds. */
const LAG_SLACK_MS = 2_500;

/** What some GETs have in common, as a row of the table. */
export interface Told {
  readonly what: string;
  /** How many answers there were of each status; 0: none came. */
  readonly statuses: Map<number, number>;
  readonly latencies: Latencies;
  /** How long what was told had been replaced, at most. */
  oldestMs: number;
  /** The most that X-Data-Lag said. */
  maxLagSeconds: number;
}

/** Something that took time, as a row of another table. */
export interface Timed {
  readonly what: string;
  readonly seconds: number;
}

/** What a replica may be expected to know. */
export interface Expected {
  /** All that was acknowledged before this time has to be known. */
  readonly knownUntilMs: number;
  /** Whether it has said that it is ready, and so may not say otherwise. */
  readonly isReady: boolean;
}

/** Holds answers against what was acknowledged, and keeps all that is not as promised. */
export class Promises {
  readonly rows: Told[] = [];
  readonly times: Timed[] = [];
  private readonly faults = new Map<string, { count: number; details: string[] }>();

  constructor(private readonly book: CustomerBook) {}

  /** The row of this name, which is made when it is first asked for. */
  row(what: string): Told {
    const known = this.rows.find((row) => row.what === what);
    if (known !== undefined) return known;
    const row: Told = {
      what,
      statuses: new Map(),
      latencies: new Latencies(),
      oldestMs: 0,
      maxLagSeconds: 0,
    };
    this.rows.push(row);
    return row;
  }

  /** @param sentAtMs on the clock of performance.now() */
  judge(row: Told, accountId: string, answer: GetAnswer, sentAtMs: number, expected: Expected): void {
    const { status, head, ms } = answer;
    row.statuses.set(status, (row.statuses.get(status) ?? 0) + 1);
    row.latencies.add(ms);
    if (status === 503) {
      if (expected.isReady) this.breaks(row.what, `${accountId}: 503 of one that is ready`);
      if (headerIn(head, 'retry-after') === undefined) this.breaks(row.what, '503 without Retry-After');
      return;
    }
    const lagSeconds = Number(headerIn(head, 'x-data-lag') ?? NaN);
    if (Number.isNaN(lagSeconds)) this.breaks(row.what, `${accountId}: ${status} without X-Data-Lag`);
    else row.maxLagSeconds = Math.max(row.maxLagSeconds, lagSeconds);
    const fault = this.contentFault(accountId, answer);
    if (fault !== undefined) return this.breaks(row.what, `${accountId}: ${fault}`);
    const version = status === 404 ? undefined : headerIn(head, 'etag')!.slice(1, -1);
    const told = version ?? 'absent';
    if (this.book.ageOf(accountId, version, expected.knownUntilMs) > 0) {
      return this.breaks(row.what, `${accountId}: ${told}, which was replaced before it started`);
    }
    const ageMs = this.book.ageOf(accountId, version, sentAtMs);
    row.oldestMs = Math.max(row.oldestMs, ageMs);
    if (ageMs > ((lagSeconds || 0) + 1) * 1_000 + LAG_SLACK_MS) {
      this.breaks(
        row.what,
        `${accountId}: ${told}, replaced ${Math.round(ageMs)} ms before, X-Data-Lag ${lagSeconds}`,
      );
    }
  }

  /** A time that nothing is promised of. */
  took(what: string, seconds: number): void {
    this.times.push({ what, seconds });
  }

  noAnswer(row: Told): void {
    row.statuses.set(0, (row.statuses.get(0) ?? 0) + 1);
  }

  /** Something that is not about single answers. */
  holds(what: string, isSo: boolean, otherwise: string): void {
    if (!isSo) this.breaks(what, otherwise);
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

  private contentFault(accountId: string, { status, head, body }: GetAnswer): string | undefined {
    const text = body.toString();
    if (status === 404) {
      return text.includes('"message":"User not found"') ? undefined : `404 with ${text.slice(0, 200)}`;
    }
    if (status !== 200) return `${status} ${text.slice(0, 200)}`;
    const version = /^"(\d+)"$/.exec(headerIn(head, 'etag') ?? '')?.[1];
    if (version === undefined) return `an ETag ${headerIn(head, 'etag')}`;
    return text === bodyOf(accountId, Number(version)) ? undefined : `${version} with ${text.slice(0, 200)}`;
  }
}
