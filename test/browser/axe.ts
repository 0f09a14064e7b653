import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 375, height: 812 };

/** Contrast is judged by the colours that are there, and not by those on the way there. */
export const AS_AXE_SEES: { viewport: { width: number; height: number }; reducedMotion: 'reduce' } = {
  viewport: WIDE,
  reducedMotion: 'reduce',
};

/**
 * Of a rule that passes the id is enough: axe otherwise finds a selector for each of its elements, which takes longer than
 * all of its checks. Loading styles once more would break the policy of the page.
 */
const axeRun = (which: string): string => `
  axe.run({ preload: false, resultTypes: ['violations'], ${which} }).then(({ violations, passes }) => ({
    violations,
    passed: passes.map(({ id }) => id),
  }))`;

/** All of WCAG 2.2 A and AA that can be told by a program, and what axe calls good practice; the one of 2.2 is off by itself. */
const ALL = axeRun(`rules: { 'target-size': { enabled: true } }`);
/** What can differ between light and dark. */
const OF_COLOURS = axeRun(`runOnly: ['color-contrast', 'link-in-text-block']`);

interface Found extends Pick<AxeResults, 'violations'> {
  /** The ids of the rules. */
  readonly passed: readonly string[];
}

/** Each rule that something breaks on the page as it is, and the first that does: wide and narrow, light and dark. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const faults = [];
  for (const viewport of [WIDE, NARROW]) {
    await page.setViewportSize(viewport);
    // What stays at the top covers what has been scrolled to below it, as it should.
    await page.evaluate('scrollTo(0, 0)');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const found = await faultsIn(page, colorScheme === 'light' ? ALL : OF_COLOURS);
      faults.push(...found.map((fault) => `${colorScheme}, ${viewport.width} pixels: ${fault}`));
    }
  }
  return faults;
}

async function faultsIn(page: Page, run: string): Promise<string[]> {
  const { violations, passed } = await page.evaluate<Found>(run);
  const sure = run === ALL ? ['color-contrast', 'target-size'] : ['color-contrast'];
  expect(passed).toEqual(expect.arrayContaining(sure));
  return violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
  );
}
