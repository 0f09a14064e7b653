import { readFileSync } from 'node:fs';

const US_A_MS = 1_000;

/**
 * For how long something that could run has waited for a processor since the machine was started, in milliseconds: Linux's
 * "some" of `/proc/pressure/cpu` (Documentation/accounting/psi.rst). Where nothing tells it, it stays 0.
 */
function cpuShortageMs(): number {
  try {
    const total = /^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1];
    return Number(total ?? 0) / US_A_MS;
  } catch {
    return 0;
  }
}

/**
 * A clock for promises of a time, on a machine that is busy with something else. It has the time that has passed, and how much of
 * that a machine would have taken that nobody waits for.
 */
export class FairClock {
  private readonly startMs = performance.now();
  private readonly shortageMs = cpuShortageMs();

  /** Since it was made. */
  get passedMs(): number {
    return performance.now() - this.startMs;
  }

  /** The same without the time in which there was no processor for somebody. */
  get fairMs(): number {
    return this.passedMs - (cpuShortageMs() - this.shortageMs);
  }
}
