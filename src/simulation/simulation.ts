import { drawKind, type LifeKindName } from '../orders/producer/lives/life-kinds.js';
import { orderForLife } from '../orders/producer/lives/life-order.js';
import { type LifeEvent, planLife } from '../orders/producer/lives/life-plan.js';
import { seededRandom } from '../platform/seeded-random.js';
import { type DueEvent, LifeQueue } from './life-queue.js';
import type { Outcome, Sender } from './sender.js';
import type { Tally } from './tally.js';

export interface Pace {
  readonly ordersPerSecond: number;
  readonly forMs: number;
  readonly lifeMs: number;
  readonly seed: number;
}

export interface SimulationParts {
  readonly pace: Pace;
  readonly sender: Sender;
  readonly tally: Tally;
  /** Kinds that lives may be of. */
  readonly kinds: readonly LifeKindName[];
  /** Whether an event is sent at all. */
  readonly isSent: (event: LifeEvent) => boolean;
  readonly onTick: (nowMs: number) => void;
  /** @throws AbortError when the signal is aborted */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** What is due meanwhile goes out together. */
const TICK_MS = 50;
const MAX_AT_ONCE = 5_000;
/** How many more lives than there would be if all went on time may be under way, so that memory stays bounded. */
const SLACK = 1.5;
/** Takes the seeds of lives apart: the golden ratio of 32 bits. */
const SEED_STEP = 0x9e3779b9;

/** Has lives begin at an even rate, and drives each to its end. */
export class Simulation {
  private readonly queue = new LifeQueue();
  private readonly maxUnderWay: number;
  private begun = 0;
  private underWay = 0;

  constructor(private readonly parts: SimulationParts) {
    const { ordersPerSecond, lifeMs } = parts.pace;
    this.maxUnderWay = Math.ceil((SLACK * ordersPerSecond * lifeMs) / 1_000) + 1;
  }

  /** Lives that have begun and are not at their end. */
  get livesUnderWay(): number {
    return this.underWay;
  }

  /** Resolves once all that began are at their end, or when the signal is aborted. */
  async run(startedAtMs: number, signal: AbortSignal): Promise<void> {
    const { pace, sender, onTick, sleep } = this.parts;
    const isOver = (): boolean => this.underWay === 0 && performance.now() - startedAtMs >= pace.forMs;
    while (!signal.aborted && !isOver()) {
      const nowMs = performance.now();
      this.beginDue(nowMs, startedAtMs);
      const due = this.queue.takeDue(nowMs, MAX_AT_ONCE);
      try {
        if (due.length > 0) await sender.send(due, this.goOn, signal);
        onTick(performance.now());
        if (due.length < MAX_AT_ONCE) await sleep(TICK_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
    }
  }

  private beginDue(nowMs: number, startedAtMs: number): void {
    const { ordersPerSecond, forMs } = this.parts.pace;
    const passedMs = Math.min(nowMs - startedAtMs, forMs);
    const expected = Math.ceil((ordersPerSecond * passedMs) / 1_000);
    while (this.begun < expected && this.underWay < this.maxUnderWay) this.begin(nowMs);
  }

  private begin(beganAtMs: number): void {
    const { pace, kinds, isSent } = this.parts;
    const random = seededRandom(pace.seed + Math.imul(this.begun, SEED_STEP));
    const kind = drawKind(random, kinds);
    const plan = planLife(random, orderForLife(random, kind), { kind, lengthMs: pace.lifeMs });
    this.begun++;
    this.underWay++;
    this.queue.add({ beganAtMs, left: plan.filter(({ event }) => isSent(event)).reverse() });
  }

  private readonly goOn = ({ life, event }: DueEvent, outcome: Outcome): void => {
    this.parts.tally.count(event, outcome);
    if (life.left.length > 0) return this.queue.add(life);
    this.end();
  };

  private end(): void {
    this.underWay--;
    this.parts.tally.livesEnded++;
  }
}
