import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/batching/coalescer.js';
import { OvertakenError } from '../../platform/http/idempotency-keys.js';
import { Failures } from '../../platform/failures/failures.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { TestOrders } from '../producer/test-orders.js';
import type { IncomingOrder } from './incoming-order.js';
import { OrderIntake } from './order-intake.js';

const VIA = 'http';

/** Orders from callers who wait for their answer; concurrent ones share a transaction. */
@Injectable()
export class OrderSubmission {
  private readonly coalescer: Coalescer<IncomingOrder, OrderReceipt>;

  constructor(
    private readonly intake: OrderIntake,
    private readonly testOrders: TestOrders,
    failures: Failures,
  ) {
    this.coalescer = new Coalescer({
      name: { one: 'the order', many: 'orders' },
      keyOf: ({ order }) => order.order_uid,
      write: (batch) => this.write(batch),
      failures,
    });
  }

  /**
   * Resolves once the order is committed, or is not to be written for a reason that the receipt tells.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time, OvertakenError, and what the database says
   */
  submit(incoming: IncomingOrder, bytes: number): Promise<OrderReceipt> {
    return this.coalescer.submit(incoming, bytes);
  }

  /** Sends random valid orders to the topic of order events. @returns their ids */
  sendTestOrders(count: number): Promise<string[]> {
    return this.testOrders.send(count);
  }

  private async write(batch: readonly IncomingOrder[]): Promise<(OrderReceipt | OvertakenError)[]> {
    const receipts = await this.intake.receive(batch, [], VIA);
    return receipts.map((receipt) => (receipt.outcome === 'overtaken' ? new OvertakenError() : receipt));
  }
}
