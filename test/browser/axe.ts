import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Contrast is judged by the colours that are there, and not by those on the way there. */
export const AS_AXE_SEES: { viewport: { width: number; height: number }; reducedMotion: 'reduce' } = {
  viewport: { width: 1440, height: 900 },
  reducedMotion: 'reduce',
};
const NARROW = { width: 360, height: 740 };

/** Each rule that something breaks on the page as it is, and the first that does: wide and light, then narrow and dark. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const wide = await faultsIn(page);
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: 'dark' });
  return [...wide, ...(await faultsIn(page))];
}

async function faultsIn(page: Page): Promise<string[]> {
  const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
  expect(passes.length).toBeGreaterThan(10);
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
}
