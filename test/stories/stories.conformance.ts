import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metric } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { OrderWorld, THINGS } from './order-world.js';
import { read, type Shop } from './shop.js';
import { STORIES } from './stories.js';
import { historyOf, tell } from './tell.js';

/** Every story, told to one program, beside one another. */
export function storiesConformance(name: string, open: () => Promise<Shop>): void {
  describe(`an order, over ${name}, that is`, () => {
    let shop: Shop;
    const told = new Map<OrderWorld, readonly string[]>();

    beforeAll(async () => {
      shop = await open();
    });
    afterAll(() => shop.close());

    it.concurrent.each(STORIES.map((story, index) => ({ ...story, index })))(
      '$title',
      async ({ index, ...story }) => {
        const world = new OrderWorld(shop, `story-${randomUUID()}`, (index + 1) * THINGS.length);
        told.set(world, await tell(story, world));
      },
    );

    it('one of many leaves nothing behind, and the stock adds up', async () => {
      await eventually(async () => expect(await metric(shop.url, 'waybill_outbox_pending')).toBe(0));
      for (const [world, history] of told) expect(await historyOf(world)).toEqual(history);
      const letters = await read<{ reason: string }[]>(`${shop.url}/api/dead-letters?limit=500`);
      const refused = shop.entrance.source === 'orders' ? 1 : 0;
      expect(letters.map(({ reason }) => reason)).toHaveLength(refused);
      expect(await shop.verifyStock()).toMatchObject({
        code: 0,
        stdout: `${STORIES.length * THINGS.length} chrt_ids and ${STORIES.length} orders: all adds up\n`,
      });
    });
  });
}
