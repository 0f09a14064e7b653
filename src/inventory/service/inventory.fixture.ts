import { Counter } from 'prom-client';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { newOutbox } from '../../../test/support/new-outbox.js';
import type { WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { OrderEvent } from '../model/order-event.js';
import { apply, type StockChange, type StockReceipt } from '../model/stock-change.js';
import { type StockStatusEvent, StockStatus } from '../producer/stock-status.js';
import { KnownOrderRepository } from '../repository/known-order.repository.js';
import { StockRepository } from '../repository/stock.repository.js';
import { ReservationIntake } from './reservation-intake.js';
import { ReservationMetrics } from './reservation.metrics.js';
import { verifyStock } from './stock-verification.js';

/** Events of one order, each with the next version. */
export class OrderLife {
  private version = 0;
  private contentVersion = 0;
  private items: OrderEvent['items'] = [];
  private status: OrderEvent['status'] = 'received';

  constructor(readonly orderUid: string) {}

  /** The order comes in, or is replaced, with one line for each of these things. */
  wants(...chrtIds: number[]): OrderEvent {
    this.contentVersion++;
    this.items = chrtIds.map((chrt_id) => ({ chrt_id }));
    return this.event(this.contentVersion === 1 ? 'received' : 'content');
  }

  becomes(status: OrderEvent['status']): OrderEvent {
    this.status = status;
    return this.event('status');
  }

  paymentBecomes(payment_status: string): OrderEvent {
    return { ...this.event('payment_status'), payment_status };
  }

  private event(change: string): OrderEvent {
    this.version++;
    return {
      order_uid: this.orderUid,
      version: this.version,
      content_version: this.contentVersion,
      status: this.status,
      payment_status: 'unpaid',
      change,
      items: this.items,
    };
  }
}

/** The services of the context on a database, without the rest of the program. */
export class TestInventory {
  readonly stock: StockRepository;
  readonly orders = new KnownOrderRepository();
  readonly stockStatus = new StockStatus(newOutbox(), new Topics([]));
  readonly metrics = new ReservationMetrics(
    new Counter({ name: 'announced', help: '-', labelNames: ['outcome'], registers: [] }),
  );
  readonly intake: ReservationIntake;

  constructor(readonly house: WaybillDatabase) {
    const { database } = house;
    this.stock = new StockRepository(database);
    const letters = newDeadLetters(database);
    this.intake = new ReservationIntake(
      database,
      this.orders,
      this.stock,
      this.stockStatus,
      letters,
      this.metrics,
    );
  }

  receive(...events: OrderEvent[]): Promise<void> {
    return this.intake.receive(events, []);
  }

  /** As a request would, but alone in its transaction. */
  change(change: StockChange): Promise<StockReceipt> {
    return this.house.database.transaction(async (tx) => {
      const things = [change.chrtId];
      const sheet = await this.stock.lockOrMake(tx, things, change.kind === 'count' ? things : []);
      const receipt = apply(change, sheet);
      await this.stock.write(tx, sheet);
      return receipt;
    });
  }

  count(chrtId: number, onHand: number): Promise<StockReceipt> {
    return this.change({ kind: 'count', chrtId, nmId: 1, onHand });
  }

  /** `[on_hand, reserved]` of each thing. */
  async figures(...chrtIds: number[]): Promise<[number, number][]> {
    const rows = await this.house.rows<{ chrt_id: number; on_hand: number; reserved: number }>(
      'SELECT chrt_id, on_hand, reserved FROM inventory.stock',
    );
    return chrtIds.map((chrtId) => {
      const { on_hand, reserved } = rows.find(({ chrt_id }) => chrt_id === chrtId)!;
      return [on_hand, reserved];
    });
  }

  /** What was announced, in that order; of one order where it is named. */
  async announced(orderUid?: string): Promise<StockStatusEvent[]> {
    const rows = await this.house.rows<{ value: string }>(
      `SELECT convert_from(payload, 'UTF8') AS value FROM outbox WHERE topic = 'stock-status'
       AND ($1::text IS NULL OR aggregateid = $1) ORDER BY id`,
      [orderUid ?? null],
    );
    return rows.map(({ value }) => JSON.parse(value) as StockStatusEvent);
  }

  async outcomes(orderUid: string): Promise<string[]> {
    return (await this.announced(orderUid)).map(({ outcome }) => outcome);
  }

  /** What `waybill inventory verify` prints and ends with. */
  async verify(): Promise<{ exitCode: number; text: string }> {
    let text = '';
    const exitCode = await verifyStock(this.house.database, {
      out: (more) => void (text += more),
      err: process.stderr,
      signal: new AbortController().signal,
    });
    return { exitCode, text };
  }

  async clear(): Promise<void> {
    await this.house.rows(
      'TRUNCATE inventory.stock, inventory.movements, inventory.reservations, inventory.known_orders, outbox',
    );
  }
}
