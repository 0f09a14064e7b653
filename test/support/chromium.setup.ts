import type { TestProject } from 'vitest/node';
import { findChromium } from './find-chromium.js';
import { setUpTier } from './tier-setup.js';

/** The browser tier. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUpTier(project, 'chromium', async () => ({ service: { executablePath: await findChromium() } }));
}
