import { setTimeout as pause } from 'node:timers/promises';

export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

export function totalOf({ perSecond, seconds }: Pace): number {
  return perSecond * seconds;
}

/**
 * Tells what is due, a share of it each `stepMs`; resolves when all of it has been. A step that the process was too
 * busy for is made up for at once, so that the pace holds over a few of them.
 *
 * @param onDue hears the number of the first one that is due, and of the first one that is not
 */
export async function atEvenPace(
  pace: Pace,
  stepMs: number,
  onDue: (from: number, to: number) => void,
): Promise<void> {
  const steps = Math.ceil((pace.seconds * 1_000) / stepMs);
  const dueBefore = (step: number): number =>
    Math.min(Math.round((pace.perSecond * step * stepMs) / 1_000), totalOf(pace));
  const startedAtMs = performance.now();
  for (let step = 0; step < steps; step++) {
    const earlyMs = startedAtMs + step * stepMs - performance.now();
    if (earlyMs > 0) await pause(earlyMs);
    onDue(dueBefore(step), dueBefore(step + 1));
  }
}
