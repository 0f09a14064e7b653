import type { LifeEvent } from '../orders/producer/lives/life-plan.js';
import { kindOf, type Outcome } from './sender.js';

/** Faults that are told word by word; of the others there is the number. */
const MAX_FAULTS = 5;

const whole = (number: number): string => number.toLocaleString('en-US');
const rateOf = (count: number, ms: number): string => ((count * 1_000) / Math.max(ms, 1)).toFixed(1);

/** Counts what was sent and what became of it. */
export class Tally {
  /** Lives that were led to their end. */
  livesEnded = 0;
  events = 0;
  /** Events that were not taken and should have been. */
  notTaken = 0;
  private lastOrderAtMs: number;
  /** What the last line told. */
  private told = { events: 0, atMs: 0 };
  private readonly kinds = new Map<string, number>();
  private readonly statuses = new Map<number, { all: number; asExpected: number }>();
  private readonly faults: string[] = [];

  constructor(private readonly startedAtMs: number) {
    this.lastOrderAtMs = startedAtMs;
    this.told.atMs = startedAtMs;
  }

  get orders(): number {
    return this.kinds.get('orders') ?? 0;
  }

  count(event: LifeEvent, { isAsExpected, status, fault }: Outcome): void {
    const kind = kindOf(event);
    this.events++;
    if (event.to === 'orders') this.lastOrderAtMs = performance.now();
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    if (status !== undefined) {
      const of = this.statuses.get(status) ?? { all: 0, asExpected: 0 };
      of.all++;
      if (isAsExpected) of.asExpected++;
      this.statuses.set(status, of);
    }
    if (isAsExpected) return;
    this.notTaken++;
    if (this.faults.length < MAX_FAULTS) this.faults.push(`${kind}: ${fault ?? 'not taken'}`);
  }

  /** How far it is, and how fast since the last time, in one line. */
  line(nowMs: number): string {
    const rate = rateOf(this.events - this.told.events, nowMs - this.told.atMs);
    this.told = { events: this.events, atMs: nowMs };
    const bad = this.notTaken === 0 ? '' : `, ${whole(this.notTaken)} not taken`;
    return `${whole(this.orders)} orders, ${whole(this.events)} events, ${rate} events/s${bad}`;
  }

  /**
   * @param forMs how long new lives were to begin for
   * @param livesCutOff lives that were under way at the end
   */
  summary(nowMs: number, forMs: number, livesCutOff: number): string {
    const orderRate = rateOf(this.orders, Math.max(this.lastOrderAtMs - this.startedAtMs, forMs));
    const tookMs = nowMs - this.startedAtMs;
    const lines = [
      `orders      ${whole(this.orders)}, ${orderRate} a second`,
      `lives       ${whole(this.livesEnded)} led to their end, ${whole(livesCutOff)} cut off`,
      `events      ${whole(this.events)} in ${(tookMs / 1_000).toFixed(1)} s, ${rateOf(this.events, tookMs)} a second`,
      ...[...this.kinds]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([kind, count]) => `  ${kind.padEnd(26)} ${whole(count)}`),
      ...this.answerLines(),
      `not taken   ${whole(this.notTaken)}`,
      ...this.faults.map((fault) => `  ${fault}`),
      ...(this.notTaken > this.faults.length
        ? [`  and ${whole(this.notTaken - this.faults.length)} more`]
        : []),
    ];
    return `${lines.join('\n')}\n`;
  }

  private answerLines(): string[] {
    if (this.statuses.size === 0) return [];
    const lines = [...this.statuses]
      .sort(([one], [other]) => one - other)
      .map(([status, { all, asExpected }]) => {
        const told = status < 300 ? '' : `: ${whole(asExpected)} expected, ${whole(all - asExpected)} not`;
        return `  ${status} ${whole(all)}${told}`;
      });
    return ['answers', ...lines];
  }
}
