import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { asyncApiYaml } from '../../scripts/docs/asyncapi.js';
import { allAppended } from '../../scripts/docs/examples.js';
import { StockStatus } from '../../src/inventory/producer/stock-status.js';
import { StatusEvents } from '../../src/orders/producer/status-events.js';
import { etagOf } from '../../src/orders/model/order-etag.js';
import { FIRST_STATES } from '../../src/orders/model/order-states.js';
import { randomTestOrder } from '../../src/orders/producer/test-order.js';
import type { Transaction } from '../../src/platform/database/database.js';
import type { MessageSchema as Schema } from '../../src/platform/messaging/event-facts.js';
import type { OutboxEntry } from '../../src/platform/messaging/outbox/outbox.js';
import { Topics } from '../../src/platform/messaging/topics.js';
import { weigh } from '../../src/payments/model/weighing.js';
import { EXAMPLE_PAYMENT } from '../../src/payments/model/example-payment.js';
import { paymentStateOf } from '../../src/payments/model/payment-state.js';
import { PaymentAnnouncements } from '../../src/payments/producer/payment-announcements.js';
import { schemaFaults, type Schemas } from './schema-faults.js';

interface Message {
  contentType: string;
  headers: Schema;
  payload: Schema;
  bindings: { kafka: { key: Schema } };
  examples: { headers: object; payload: unknown }[];
}

interface AsyncApi {
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { channel: { $ref: string }; messages: { $ref: string }[] }>;
  components: { messages: Record<string, Message>; schemas: Schemas };
}

const document = parse(await asyncApiYaml()) as AsyncApi;
const { messages, schemas } = document.components;
const status = messages.status!;

/** The entries that the code appends to the outbox for orders that changed. */
const statusEntries = (...changes: Parameters<StatusEvents['append']>[1]): Promise<OutboxEntry[]> =>
  allAppended((outbox) => new StatusEvents(outbox, new Topics([])).append({} as Transaction, changes));

/** What any change has. */
const changed = {
  etag: etagOf(1, '0123456789abcdef'),
  contentVersion: 1,
  states: FIRST_STATES,
  change: 'received',
  previous: null,
  atUs: 1_700_000_000_000_000,
} as const;

describe('the description of the topics', () => {
  it.each(Object.keys(messages))('shows an example of %s that keeps to its own schemas', (name) => {
    const { headers, payload, examples } = messages[name]!;
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(schemaFaults(headers, example.headers, schemas)).toEqual([]);
      expect(schemaFaults(payload, example.payload, schemas)).toEqual([]);
    }
  });

  it('tells of a status event all that the code sends, and nothing else', async () => {
    const order = randomTestOrder();
    const entries = await statusEntries(
      { order, ...changed, version: 1, totalsMatch: true },
      { order, ...changed, version: 2, change: 'content', totalsMatch: false },
      { order, ...changed, version: 3, change: 'payment_status', previous: 'unpaid', totalsMatch: true },
    );
    expect(entries).toHaveLength(3);
    for (const entry of entries) {
      const payload = JSON.parse(entry.payload.toString()) as object;
      expect(document.channels[entry.topic]?.address).toBe(entry.topic);
      expect(schemaFaults(status.bindings.kafka.key, entry.aggregateId, schemas)).toEqual([]);
      expect(schemaFaults(status.headers, entry.headers, schemas)).toEqual([]);
      expect(schemaFaults(status.payload, payload, schemas)).toEqual([]);
      expect(entry.headers['content-type']).toBe(status.contentType);
      expect(Object.keys(entry.headers)).toEqual(schemas.CloudEventHeaders!.required);
      expect(Object.keys(payload)).toEqual(Object.keys(schemas.StatusEvent!.properties!));
    }
  });

  it('tells of an announcement of payments all that the code sends, and nothing else', async () => {
    const { order_uid } = EXAMPLE_PAYMENT;
    const { announcement } = weigh(
      { order_uid, number: 0, order: undefined, state: paymentStateOf([], undefined) },
      {
        order: { version: 3, contentVersion: 2, status: 'cancelled', amount: 5, currency: 'EUR' },
        ledger: [EXAMPLE_PAYMENT],
        cause: 'c',
        at: new Date().toISOString(),
      },
    );
    const [entry] = await allAppended((outbox) =>
      new PaymentAnnouncements(outbox, new Topics([])).append({} as Transaction, [announcement!]),
    );
    const described = messages.paymentAnnouncement!;
    const payload = JSON.parse(entry!.payload.toString()) as object;
    expect(document.channels[entry!.topic]?.address).toBe(entry!.topic);
    expect(schemaFaults(described.headers, entry!.headers, schemas)).toEqual([]);
    expect(schemaFaults(described.payload, payload, schemas)).toEqual([]);
    expect(Object.keys(payload).sort()).toEqual(Object.keys(schemas.PaymentAnnouncement!.properties!).sort());
  });

  it('names dead letters of a topic that somebody else owns as those of whoever reads it', () => {
    expect(document.channels['order-status.payments.dead-letter']).toBeDefined();
    expect(document.operations).toMatchObject({
      replayDeadLettersOfPayments: { channel: { $ref: '#/channels/payments' } },
      replayDeadLettersOfPaymentsFromOrderStatus: { channel: { $ref: '#/channels/order-status' } },
    });
  });

  it('tells of an event of stock all that the code sends, and nothing else', async () => {
    const [entry] = await allAppended((outbox) =>
      new StockStatus(outbox, new Topics([])).append({} as Transaction, [
        {
          orderUid: 'an-order',
          number: 3,
          outcome: 'out_of_stock',
          contentVersion: 2,
          reserved: [{ chrtId: 1, quantity: 2 }],
          missing: [7],
          cause: 'an-order:5',
        },
      ]),
    );
    const payload = JSON.parse(entry!.payload.toString()) as object;
    const { headers, payload: described } = messages.stockStatus!;
    expect(document.channels[entry!.topic]?.address).toBe('stock-status');
    expect(schemaFaults(headers, entry!.headers, schemas)).toEqual([]);
    expect(schemaFaults(described, payload, schemas)).toEqual([]);
    expect(Object.keys(payload)).toEqual(Object.keys(schemas.StockStatusEvent!.properties!));
  });

  it('would notice an event that is not as described', async () => {
    const [entry] = await statusEntries({
      order: { ...randomTestOrder(), order_uid: 'not an id' },
      ...changed,
      version: 0,
      totalsMatch: true,
    });
    const { ce_id: _removed, ...headers } = entry!.headers;
    expect(schemaFaults(status.headers, headers, schemas)).toEqual(['.ce_id is missing']);
    expect(schemaFaults(status.payload, JSON.parse(entry!.payload.toString()), schemas)).toEqual([
      '.order_uid does not match ^[A-Za-z0-9_-]{1,64}$',
      '.version is too small',
    ]);
  });

  it('leads from every operation to a channel and its message', () => {
    const at = (ref: string): unknown =>
      ref
        .slice('#/'.length)
        .split('/')
        .reduce<unknown>((part, step) => (part as Record<string, unknown> | undefined)?.[step], document);
    for (const { channel, messages: refs } of Object.values(document.operations)) {
      expect(at(channel.$ref)).toBeDefined();
      for (const { $ref } of refs) expect(at((at($ref) as { $ref: string }).$ref)).toBeDefined();
    }
  });
});
