import { describe, expect, it } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { SHOP, startWaybill, temporaryDataDir } from '../support/waybill-process.js';
import { eventually } from '../support/eventually.js';
import { anOrder, ask, post } from './api.js';
import { watch } from './event-stream.js';

const POSTERS = 8;
const ACCEPTED_BEFORE_THE_CRASH = 100;

describe('a program that is killed while orders come in', () => {
  it('has every order that it said it had stored, and sends every status event that it owes', async () => {
    const dataDir = await temporaryDataDir();
    try {
      const waybill = await startWaybill({ dataDir, env: SHOP });
      const accepted = new Map<string, unknown>();
      let killed = false;
      const posters = Array.from({ length: POSTERS }, async () => {
        while (!killed) {
          const order = anOrder();
          const answer = await post(waybill.url, order).catch(() => undefined);
          if (answer === undefined) return;
          expect(answer.status).toBe(201);
          accepted.set(order.order_uid, order);
        }
      });
      await eventually(() => expect(accepted.size).toBeGreaterThan(ACCEPTED_BEFORE_THE_CRASH), {
        timeoutMs: 20_000,
      });
      await waybill.kill();
      killed = true;
      await Promise.all(posters);

      const before = Date.now();
      const again = await startWaybill({ dataDir, env: SHOP });
      expect(Date.now() - before).toBeLessThan(5_000);
      const stream = await watch(again.url);
      const lost: string[] = [];
      for (const [orderUid, order] of accepted) {
        const answer = await ask(`${again.url}/api/orders/${orderUid}`);
        if (answer.status !== 200) lost.push(orderUid);
        else expect(JSON.parse(answer.text)).toEqual(order);
      }
      expect(lost).toEqual([]);

      const next = anOrder();
      expect((await post(again.url, next)).status).toBe(201);
      await stream.eventWith(`${next.order_uid}:1`);
      expect(await again.stop()).toBe(0);
    } finally {
      await removeDataDir(dataDir);
    }
  });
});
