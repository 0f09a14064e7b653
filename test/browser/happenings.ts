import { send } from '../screenshots/tell.js';
import { sendEvents } from '../support/embedded-database.js';
import { eventually } from '../support/eventually.js';
import type { JsonObject } from '../support/sample-order.js';
import type { Site } from './site.js';

/** What happens to orders from outside of the page: by payment providers, carriers, the warehouse, and others who support. */
export class Happenings {
  constructor(private readonly site: Pick<Site, 'url' | 'dataDir'>) {}

  pay(orderUid: string, type: string, amount: number, more: JsonObject = {}): Promise<void> {
    return this.send('POST', '/api/payments/events', {
      event_id: crypto.randomUUID(),
      order_uid: orderUid,
      transaction: 'b563feb7b2b84b6test',
      type,
      amount,
      currency: 'USD',
      occurred_at: new Date().toISOString(),
      ...more,
    });
  }

  carry(track: string, type: string, more: JsonObject = {}): Promise<void> {
    return this.send('POST', '/api/tracking/events', {
      event_id: crypto.randomUUID(),
      track_number: track,
      type,
      occurred_at: new Date().toISOString(),
      ...more,
    });
  }

  note(orderUid: string, text: string, author: string): Promise<void> {
    return this.send('POST', `/api/orders/${orderUid}/notes`, { text, author });
  }

  setStatus(orderUid: string, status: string, reason?: string): Promise<void> {
    return this.send('POST', `/api/orders/${orderUid}/status`, { status, reason });
  }

  countStock(chrtId: number, onHand: number, nmId = chrtId + 1): Promise<void> {
    return this.send('PUT', `/api/inventory/${chrtId}`, { nm_id: nmId, on_hand: onHand });
  }

  /** Sends what is no order. @returns its number, once it was refused */
  async refuse(order: object): Promise<number> {
    const last = (await this.newestLetter())?.id ?? 0;
    await sendEvents(this.site.dataDir, JSON.stringify(order));
    return eventually(async () => {
      const newest = await this.newestLetter();
      if (newest === undefined || newest.id <= last) throw new Error('no further event was refused');
      return newest.id;
    });
  }

  /** @returns once the order has these states, and whatever else is given */
  async isBy(orderUid: string, standing: JsonObject): Promise<void> {
    await eventually(async () => {
      const told = (await (
        await fetch(`${this.site.url}/api/orders/${orderUid}/summary`)
      ).json()) as JsonObject;
      for (const [name, value] of Object.entries(standing)) {
        if (told[name] !== value) throw new Error(`${name} is ${String(told[name])}, not ${String(value)}`);
      }
    });
  }

  private async newestLetter(): Promise<{ id: number } | undefined> {
    const answer = await fetch(`${this.site.url}/api/dead-letters?limit=1`);
    return ((await answer.json()) as { id: number }[])[0];
  }

  private send(method: string, path: string, body: JsonObject): Promise<void> {
    return send(this.site.url + path, method, JSON.stringify(body));
  }
}
