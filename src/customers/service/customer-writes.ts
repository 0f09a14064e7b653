import { Injectable } from '@nestjs/common';
import { atMost } from '../../platform/at-most.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { CustomerTable } from '../cache/customer-table.js';
import type { Customer } from '../model/customer.js';
import { CustomerMessages } from '../producer/customer-messages.js';
import { CustomerState } from './customer-state.js';
import { PendingWrites, type PendingWrite } from './pending-writes.js';

export type CreateOutcome = 'created' | 'exists' | 'pending';
export type DeleteOutcome = 'removed' | 'absent' | 'pending';

const MAX_WRITES = 1_000;
/** Within which the topic has to take a record. */
const SEND_MS = 10_000;
/** Within which a record is to come back. */
const RETURN_MS = 5_000;

/** Changes to customers, which go to the topic and are done once the own replica has read them there. */
@Injectable()
export class CustomerWrites {
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(
    private readonly table: CustomerTable,
    private readonly state: CustomerState,
    private readonly messages: CustomerMessages,
    private readonly pending: PendingWrites,
  ) {}

  /**
   * `pending`: it is on the topic, and has not come back in five seconds.
   *
   * @throws TransientError when the replica is not ready, when neither Kafka nor the registry can be reached, or when too many
   *   writes are under way
   */
  create(customer: Customer): Promise<CreateOutcome> {
    const { accountId } = customer;
    return this.inTurn(accountId, async () => {
      if (this.table.get(accountId) !== undefined) return 'exists';
      const isBack = await this.write(({ headers }, signal) =>
        this.messages.sendCustomer(customer, headers, signal),
      );
      return isBack ? 'created' : 'pending';
    });
  }

  /** As {@link create}. */
  remove(accountId: string): Promise<DeleteOutcome> {
    return this.inTurn(accountId, async () => {
      if (this.table.get(accountId) === undefined) return 'absent';
      const isBack = await this.write(({ headers }, signal) =>
        this.messages.sendRemoval(accountId, headers, signal),
      );
      return isBack ? 'removed' : 'pending';
    });
  }

  /** Two writes to one customer are done one after the other, so that the second sees what the first has done. */
  private inTurn<Outcome>(accountId: string, work: () => Promise<Outcome>): Promise<Outcome> {
    if (this.underWay.size >= MAX_WRITES) throw new TooBusyError('too many customers are being written');
    const before = this.underWay.get(accountId) ?? Promise.resolve();
    const after = before.then(() => {
      const reason = this.state.unready();
      if (reason !== undefined) throw new TransientError(reason);
      return work();
    });
    const ended = after.then(
      () => undefined,
      () => undefined,
    );
    this.underWay.set(accountId, ended);
    void ended.then(() => {
      if (this.underWay.get(accountId) === ended) this.underWay.delete(accountId);
    });
    return after;
  }

  /** @returns whether it has come back in time */
  private async write(send: (write: PendingWrite, signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const write = this.pending.open();
    let [isSent, isBack] = [false, false];
    void write.applied.then(() => (isBack = true));
    try {
      await atMost(
        SEND_MS,
        send(write, AbortSignal.timeout(SEND_MS)).then(() => void (isSent = true)),
      );
      if (!isSent && !isBack) throw new TransientError(`the topic has not taken the record in ${SEND_MS} ms`);
      await atMost(RETURN_MS, write.applied);
      return isBack;
    } finally {
      write.close();
    }
  }
}
