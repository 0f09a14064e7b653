import { beforeAll, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { AS_AXE_SEES, axeFaults } from './axe.js';
import { motions, sizeFaults } from './layout.js';
import { LOOKS } from './looks.js';
import { useSite } from './site.js';
import { openSmallShop, type SmallShop } from './small-shop.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('for everybody, on any screen', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  let shop: SmallShop;

  beforeAll(async () => {
    shop = await openSmallShop(site);
  });

  it.each(LOOKS.map(({ name, reach }) => [name, reach] as const))('%s', async (_name, reach) => {
    const reader = await site.visit(AS_AXE_SEES);
    await reach(reader, shop, site.url);
    expect(await axeFaults(reader.page)).toEqual([]);
    expect(await motions(reader.page)).toEqual([]);
    expect(await sizeFaults(reader.page)).toEqual([]);
  });

  it('what is wrong with a page is found', async () => {
    const reader = await site.visit({ viewport: AS_AXE_SEES.viewport });
    await reader.go('/');
    await reader.page.evaluate(`
      document.getElementById('main').innerHTML =
        '<ul><div>no line</div></ul><div id="wide">wide</div><p>' + 'a very long line '.repeat(100) + '</p>';
      document.getElementById('wide').style.width = '400px';
    `);
    expect((await axeFaults(reader.page)).join('\n')).toMatch(/light, 1280 pixels: serious list/);
    expect((await motions(reader.page)).join('\n')).toContain('id="staleness"');
    const sizes = (await sizeFaults(reader.page)).join('\n');
    expect(sizes).toMatch(/320 pixels: 4\d\d pixels wide/);
    expect(sizes).toMatch(/2560 pixels: \d+ pixels: a very long line/);
  });
});
