import { describe, expect, it } from 'vitest';
import { faultsOf, linesOf } from '../page-soak/soak-figures.js';
import { soakPage } from '../page-soak/soak-page.js';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('the page under 500 changes a second', () => {
  const site = useSite(chromium.executablePath);

  // Beside it run the program, PostgreSQL and Chromium, on two cores in the smallest case: frames are told and not judged here.
  it('hears of all of them, and holds no more than before', async () => {
    const { page } = await site.visit();
    const report = await soakPage({
      page,
      url: site.url,
      changesPerSecond: 500,
      warmUpMs: 3_000,
      phaseMs: 4_500,
      phases: 2,
    });
    console.log(linesOf(report).join('\n'));
    expect(faultsOf(report)).toEqual([]);
    expect(report.frames.count).toBeGreaterThan(20);
  });
});
