import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metric } from '../e2e/api.js';
import { type EventStream, watch } from '../e2e/event-stream.js';
import { eventually } from '../support/eventually.js';
import { OrderWorld, THINGS } from './order-world.js';
import { read, type Shop } from './shop.js';
import { STORIES } from './stories.js';
import { historyOf, moveOf, tell } from './tell.js';

/** Many steps, each of which may have to wait on a machine that is busy. */
const STORY_TIMEOUT_MS = 180_000;

/** Every story, told to one program, beside one another. */
export function storiesConformance(name: string, open: () => Promise<Shop>): void {
  describe(`an order, over ${name}, that is`, () => {
    let shop: Shop;
    let stream: EventStream;
    const told = new Map<OrderWorld, readonly string[]>();

    beforeAll(async () => {
      shop = await open();
      stream = await watch(shop.url);
    });
    afterAll(async () => {
      stream.hangUp();
      await shop.close();
    });

    it.concurrent.each(STORIES.map((story, index) => ({ ...story, index })))(
      '$title',
      async ({ index, ...story }) => {
        const world = new OrderWorld(shop, `story-${randomUUID()}`, (index + 1) * THINGS.length);
        told.set(world, await tell(story, world));
      },
      STORY_TIMEOUT_MS,
    );

    it('one of many has an event for each of its versions, and no more', async () => {
      expect(told.size).toBeGreaterThan(0);
      for (const [world, history] of told) {
        const moves = history.map((text) => text.replace(/, by .*/, ''));
        await eventually(() => {
          const own = stream.events.filter(({ data }) => data['order_uid'] === world.orderUid);
          expect(own.map(({ data }) => data['version'])).toEqual(history.map((_, index) => index + 1));
          expect(
            own.map(({ data }) => moveOf(data['change'], data['previous'], data[String(data['change'])])),
          ).toEqual(moves);
        });
      }
    });

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
