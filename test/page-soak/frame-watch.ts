import type { Page } from 'playwright-core';

/** How long a reader saw the same picture. */
export interface Frames {
  readonly count: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
  /** Of 1. */
  readonly shareWithin100Ms: number;
}

const WITHIN_MS = 100;

/** What runs in the page. */
const START = `
  window.frameGaps = [];
  let last;
  const watch = (now) => {
    if (last !== undefined) window.frameGaps.push(now - last);
    last = now;
    window.frameWatch = requestAnimationFrame(watch);
  };
  window.frameWatch = requestAnimationFrame(watch);
`;
const STOP = `cancelAnimationFrame(window.frameWatch); window.frameGaps.splice(0)`;

/** @returns what tells, once, the milliseconds from each frame to the next */
export async function watchFrames(page: Page): Promise<{ stop(): Promise<number[]> }> {
  await page.evaluate(START);
  return { stop: () => page.evaluate<number[]>(STOP) };
}

/** @throws Error when there was none */
export function framesOf(gapsMs: readonly number[]): Frames {
  if (gapsMs.length === 0) throw new Error('the page has shown no frame');
  const sorted = [...gapsMs].sort((one, other) => one - other);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return {
    count: sorted.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    longestMs: sorted.at(-1)!,
    shareWithin100Ms: sorted.filter((gap) => gap <= WITHIN_MS).length / sorted.length,
  };
}
