import type { OnModuleDestroy } from '@nestjs/common';

const TICK_MS = 1_000;
/** Shorter ones pass: a large collection of garbage, a machine that had no processor time to give. */
const STALL_MS = 30_000;
/** For a probe to hear of it. After that the process counts as any other: it may have been frozen only once. */
const TOLD_FOR_MS = 10_000;

/**
 * Knows when the event loop last stood still. Nothing is answered meanwhile, which a probe takes as a failure; one
 * that waited longer than that is told afterwards.
 */
export class EventLoopWatch implements OnModuleDestroy {
  private tickedAtMs: number;
  private stall: { readonly lengthMs: number; readonly endedAtMs: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** `nowMs` must not jump when the time of day is set. */
  constructor(
    private readonly onStall: (lengthMs: number) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.tickedAtMs = nowMs();
  }

  start(): void {
    this.tickedAtMs = this.nowMs();
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  tick(): void {
    const nowMs = this.nowMs();
    const lengthMs = nowMs - this.tickedAtMs;
    this.tickedAtMs = nowMs;
    if (lengthMs < STALL_MS) return;
    this.stall = { lengthMs, endedAtMs: nowMs };
    this.onStall(lengthMs);
  }

  /** Why a new process would be better than this one, if so. */
  complaint(): string | undefined {
    // A probe that has waited out the stall may be answered before the timer gets its turn.
    this.tick();
    if (this.stall === undefined || this.nowMs() - this.stall.endedAtMs >= TOLD_FOR_MS) return undefined;
    return `the event loop stood still for ${Math.round(this.stall.lengthMs / 1_000)} s`;
  }
}
