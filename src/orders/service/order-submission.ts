import { Injectable } from '@nestjs/common';
import { classifyFailure } from '../../platform/messaging/failure.js';
import { TestOrders } from '../producer/test-orders.js';
import { type IncomingOrder, OrderIntake, type OrderReceipt } from './order-intake.js';

/** More orders are waiting to be written than can be held. The caller should come again in a moment. */
export class TooBusyError extends Error {
  readonly retryAfterSeconds = 1;

  constructor() {
    super('too many orders are waiting to be written');
    this.name = 'TooBusyError';
  }
}

const MAX_BATCH_ORDERS = 500;
const MAX_WAITING_ORDERS = 5_000;
const VIA = 'http';

interface Waiting {
  readonly incoming: IncomingOrder;
  readonly resolve: (receipt: OrderReceipt) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Orders from callers who wait for their answer. Those that come while a batch is being written share the next one;
 * an order that comes alone is written at once.
 */
@Injectable()
export class OrderSubmission {
  private waiting: Waiting[] = [];
  private writing = false;

  constructor(
    private readonly intake: OrderIntake,
    private readonly testOrders: TestOrders,
  ) {}

  /** Resolves once the order is committed. @throws TooBusyError, and what the database says */
  submit(incoming: IncomingOrder): Promise<OrderReceipt> {
    if (this.waiting.length >= MAX_WAITING_ORDERS) return Promise.reject(new TooBusyError());
    return new Promise((resolve, reject) => {
      this.waiting.push({ incoming, resolve, reject });
      if (!this.writing) void this.writeAll();
    });
  }

  /** Sends random valid orders to the topic of order events. @returns their ids */
  sendTestOrders(count: number): Promise<string[]> {
    return this.testOrders.send(count);
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, MAX_BATCH_ORDERS);
      this.waiting = this.waiting.slice(MAX_BATCH_ORDERS);
      await this.write(batch);
    }
    this.writing = false;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    try {
      const receipts = await this.intake.receive(
        batch.map((one) => one.incoming),
        [],
        VIA,
      );
      for (const [index, one] of batch.entries()) one.resolve(receipts[index]!);
    } catch (error) {
      if (batch.length > 1 && classifyFailure(error) !== 'transient') {
        // Only one of them is to blame; the others must not get its error.
        for (const one of batch) await this.write([one]);
      } else {
        for (const one of batch) one.reject(error as Error);
      }
    }
  }
}
