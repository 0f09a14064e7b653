import { Injectable } from '@nestjs/common';
import { Coalescer, REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { KeyedWrites, type MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import { Database } from '../../platform/database/database.js';
import { Failures } from '../../platform/failures/failures.js';
import { OvertakenError } from '../../platform/http/idempotency-keys.js';
import { nextStatuses } from '../model/life-rules.js';
import { isAmong } from '../model/order-etag.js';
import type { OrderStatus } from '../model/order-life.js';
import type { StatusReceipt } from '../model/status-receipt.js';
import { etagOfHeld, type HeldOrder } from '../repository/held-orders.js';
import { LifeRepository } from '../repository/life.repository.js';
import { LifeChanges } from './life-changes.js';
import { LifeWriter } from './life-writer.js';

/** What an order is asked to become. */
export interface StatusRequest extends MayBeKeyed<StatusReceipt> {
  readonly orderUid: string;
  readonly status: OrderStatus;
  readonly reason?: string | undefined;
  /** Who asks, as they call themselves. */
  readonly by?: string | undefined;
  /** The ETags one of which the order must have, or `*` for any; undefined: whatever it has. */
  readonly ifMatch?: '*' | readonly string[] | undefined;
}

const SOURCE = 'api';
const US_PER_MS = 1_000;

/** Statuses from callers who wait for their answer; concurrent ones share a transaction. */
@Injectable()
export class StatusSubmission {
  private readonly coalescer: Coalescer<StatusRequest, StatusReceipt>;

  constructor(
    private readonly database: Database,
    private readonly lives: LifeRepository,
    private readonly keyedWrites: KeyedWrites,
    private readonly writer: LifeWriter,
    failures: Failures,
  ) {
    this.coalescer = new Coalescer({
      name: { one: 'the status', many: 'statuses' },
      keyOf: ({ orderUid }) => orderUid,
      write: (batch) => this.write(batch),
      failures,
    });
  }

  /**
   * Resolves once the status is committed, or is not to be written for a reason that the receipt tells.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time, OvertakenError, and what the database says
   */
  submit(request: StatusRequest, bytes: number): Promise<StatusReceipt> {
    return this.coalescer.submit(request, bytes);
  }

  private async write(batch: readonly StatusRequest[]): Promise<(StatusReceipt | OvertakenError)[]> {
    let changes: LifeChanges | undefined;
    const receipts = await this.database.transaction(
      (tx) =>
        this.keyedWrites.write<StatusRequest, StatusReceipt, OvertakenError>(tx, {
          items: batch,
          write: async (taken) => {
            const held = await this.lives.lock(tx, [...new Set(taken.map(({ orderUid }) => orderUid))]);
            const taking = (changes = new LifeChanges(held, Date.now() * US_PER_MS));
            const written = taken.map((request) => take(taking, request));
            await this.writer.write(tx, taking);
            return written;
          },
          overtaken: () => new OvertakenError(),
        }),
      { lockMs: REQUEST_LOCK_MS },
    );
    if (changes !== undefined) this.writer.committed(changes);
    return receipts;
  }
}

function take(changes: LifeChanges, { orderUid, status, reason, by, ifMatch }: StatusRequest): StatusReceipt {
  const order = changes.orderOf(orderUid);
  if (order === undefined) return { outcome: 'absent', orderUid };
  if (ifMatch !== undefined && !isAmong(etagOfHeld(order), ifMatch)) return receiptOf(order, 'mismatched');
  const from = order.states.status;
  if (from === status) return receiptOf(order, 'held');
  if (!nextStatuses(order.states).includes(status)) return receiptOf(order, 'refused');
  changes.take(order, [{ change: 'status', from, to: status, reason }], { source: SOURCE, by });
  return receiptOf(changes.orderOf(orderUid)!, 'moved');
}

function receiptOf(order: HeldOrder, outcome: 'moved' | 'held' | 'refused' | 'mismatched'): StatusReceipt {
  const { orderUid, version, states } = order;
  return { outcome, orderUid, version, states, etag: etagOfHeld(order) };
}
