import { Injectable } from '@nestjs/common';
import { OvertakenError } from '../../platform/http/idempotency-keys.js';
import { isLockTimeout } from '../../platform/database/lock-timeout.js';
import { Failures } from '../../platform/failures/failures.js';
import { TestOrders } from '../producer/test-orders.js';
import type { IncomingOrder, OrderReceipt } from './incoming-order.js';
import { OrderIntake } from './order-intake.js';
import { OrdersApart } from './orders-apart.js';
import { type WaitingOrder, WaitingOrders } from './waiting-orders.js';

const VIA = 'http';

/**
 * Orders from callers who wait for their answer. Those that come while a batch is being written share the next one;
 * an order that comes alone is written at once.
 */
@Injectable()
export class OrderSubmission {
  private readonly waiting = new WaitingOrders();
  private readonly apart = new OrdersApart(
    (order) => this.store([order]),
    (order) => this.waiting.release([order]),
  );
  private writing = false;

  constructor(
    private readonly intake: OrderIntake,
    private readonly testOrders: TestOrders,
    private readonly failures: Failures,
  ) {}

  /**
   * Resolves once the order is committed, or is not to be written for a reason that the receipt tells.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time, OvertakenError, and what the database says
   */
  submit(incoming: IncomingOrder, bytes: number): Promise<OrderReceipt> {
    return new Promise((resolve, reject) => {
      this.waiting.add({ incoming, bytes, resolve, reject });
      if (!this.writing) void this.writeAll();
    });
  }

  /** Sends random valid orders to the topic of order events. @returns their ids */
  sendTestOrders(count: number): Promise<string[]> {
    return this.testOrders.send(count);
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    for (let batch = this.waiting.take(); batch.length > 0; batch = this.waiting.take()) {
      const locked = batch.filter((one) => this.apart.wasLocked(one));
      this.apart.add(locked);
      await this.write(locked.length === 0 ? batch : batch.filter((one) => !locked.includes(one)));
    }
    this.writing = false;
  }

  private async write(batch: readonly WaitingOrder[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.store(batch);
      this.apart.tableIsFree();
    } catch (error) {
      if (batch.length === 1) {
        if (isLockTimeout(error)) this.apart.remember(batch[0]!);
        batch[0]!.reject(error as Error);
      } else if (isLockTimeout(error)) {
        // Those that nobody has locked must not wait for the one that somebody has.
        return this.apart.add(batch);
      } else if (this.failures.kindOf(error) !== 'transient') {
        // Only one of them is to blame; the others must not get its error.
        for (const one of batch) await this.write([one]);
        return;
      } else {
        for (const one of batch) one.reject(error as Error);
      }
    }
    this.waiting.release(batch);
  }

  private async store(batch: readonly WaitingOrder[]): Promise<void> {
    const receipts = await this.intake.receive(
      batch.map((one) => one.incoming),
      [],
      VIA,
    );
    for (const [index, one] of batch.entries()) settle(one, receipts[index]!);
  }
}

function settle({ resolve, reject }: WaitingOrder, receipt: OrderReceipt): void {
  if (receipt.outcome === 'overtaken') reject(new OvertakenError());
  else resolve(receipt);
}
