import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { type Frames, framesOf, watchFrames } from './frame-watch.js';
import { MemoryProbe, type PageMemory } from './page-memory.js';
import { SteadyChanges } from './steady-changes.js';

export interface SoakOptions {
  /** A page of a program that serves orders alone; it is taken to Live. */
  readonly page: Page;
  /** Where that program is. */
  readonly url: string;
  readonly changesPerSecond: number;
  /** Until everything that is bounded is full. */
  readonly warmUpMs: number;
  readonly phaseMs: number;
  /** Memory is taken between them, and frames within them: a collection that is asked for stops the page. */
  readonly phases: number;
}

export interface SoakReport {
  readonly sent: number;
  /** Changes that the page says it has heard of. */
  readonly heard: number;
  /** The longest that the program took over a request. */
  readonly slowestAnswerMs: number;
  readonly frames: Frames;
  /** After the warm-up, and after each phase. */
  readonly memory: readonly PageMemory[];
  /** Rows of changes that are in the page at the end. */
  readonly rows: number;
}

const CAUGHT_UP_MS = 20_000;

/** Sends changes to a program whose Live view is open, and looks at how the page bears it. */
export async function soakPage(options: SoakOptions): Promise<SoakReport> {
  const { page, url, changesPerSecond, warmUpMs, phaseMs, phases } = options;
  await page.goto(`${url}/live`);
  await page.getByText('connected', { exact: true }).first().waitFor();
  // The stream is the page's own, and open before Live listens to it.
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  const probe = await MemoryProbe.of(page);
  const changes = new SteadyChanges(url, changesPerSecond);
  const gapsMs: number[] = [];
  const memory: PageMemory[] = [];
  try {
    await pause(warmUpMs);
    memory.push(await probe.take());
    for (let phase = 0; phase < phases; phase++) {
      const watch = await watchFrames(page);
      await pause(phaseMs);
      gapsMs.push(...(await watch.stop()));
      memory.push(await probe.take());
    }
  } finally {
    await changes.stop();
  }
  return {
    sent: changes.sent,
    heard: await allHeard(page, changes.sent),
    slowestAnswerMs: changes.slowestMs,
    frames: framesOf(gapsMs),
    memory,
    rows: await page.locator('[data-change]').count(),
  };
}

/** What is on its way when the last order has been taken comes a moment later. */
function allHeard(page: Page, sent: number): Promise<number> {
  return eventually(
    async () => {
      const heard = Number(await page.locator('[data-heard]').getAttribute('data-heard'));
      if (heard < sent) throw new Error(`the page has heard of ${heard} of ${sent} changes`);
      return heard;
    },
    { timeoutMs: CAUGHT_UP_MS },
  );
}
