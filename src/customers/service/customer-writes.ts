import { Injectable } from '@nestjs/common';
import { atMost } from '../../platform/at-most.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import type { Customer } from '../model/customer.js';
import { CustomerMessages } from '../producer/customer-messages.js';
import { CustomerState } from './customer-state.js';
import { CustomerTurns } from './customer-turns.js';
import { PendingWrites, type PendingWrite, type WriteOutcome } from './pending-writes.js';

export type CreateOutcome = 'created' | 'exists' | 'pending';
export type DeleteOutcome = 'removed' | 'absent' | 'pending';

/** Within which the topic has to take a record. */
const SEND_MS = 10_000;
/** Within which a record is to come back. */
const RETURN_MS = 5_000;

/** A record is on the topic and had no effect. */
const WITHOUT_EFFECT: Partial<Record<WriteOutcome, string>> = {
  outdated: 'a later record of this customer stands in another partition',
  refused: 'the record cannot be read back from the topic: its dead letter says why',
};

/** Changes to customers, which go to the topic and are done once the own replica has read them there. */
@Injectable()
export class CustomerWrites {
  private readonly turns = new CustomerTurns();

  constructor(
    private readonly memory: CustomerMemory,
    private readonly state: CustomerState,
    private readonly messages: CustomerMessages,
    private readonly pending: PendingWrites,
  ) {}

  /**
   * `pending`: it is on the topic, and has not come back in five seconds.
   *
   * @throws TransientError when the replica is not ready, when neither Kafka nor the registry can be reached, when the record had no
   *   effect, or when too many writes are under way
   */
  create(customer: Customer): Promise<CreateOutcome> {
    const { accountId } = customer;
    return this.inTurn(accountId, async () => {
      if (this.memory.get(accountId) !== undefined) return 'exists';
      const outcome = await this.write(({ headers }, signal) =>
        this.messages.sendCustomer(customer, headers, signal),
      );
      return outcome === undefined ? 'pending' : 'created';
    });
  }

  /** As {@link create}. */
  remove(accountId: string): Promise<DeleteOutcome> {
    return this.inTurn(accountId, async () => {
      if (this.memory.get(accountId) === undefined) return 'absent';
      const outcome = await this.write(({ headers }, signal) =>
        this.messages.sendRemoval(accountId, headers, signal),
      );
      // Another process was faster.
      if (outcome === 'absent') return 'absent';
      return outcome === undefined ? 'pending' : 'removed';
    });
  }

  private inTurn<Outcome>(accountId: string, work: () => Promise<Outcome>): Promise<Outcome> {
    return this.turns.take(accountId, () => {
      const reason = this.state.unready();
      if (reason !== undefined) throw new TransientError(reason);
      return work();
    });
  }

  /** @returns what became of it; undefined where it has not come back in time */
  private async write(
    send: (write: PendingWrite, signal: AbortSignal) => Promise<void>,
  ): Promise<WriteOutcome | undefined> {
    const write = this.pending.open();
    let isSent = false;
    let outcome: WriteOutcome | undefined;
    const back = write.applied.then((became) => void (outcome = became));
    try {
      const sent = send(write, AbortSignal.timeout(SEND_MS)).then(() => void (isSent = true));
      // A broker that took the record may fail to say so.
      const failure = await atMost(SEND_MS, Promise.race([sent, back])).catch((error: unknown) => ({
        error,
      }));
      if (outcome === undefined && failure !== undefined) throw failure.error;
      if (outcome === undefined && !isSent) {
        throw new TransientError(`the topic has not taken the record in ${SEND_MS} ms`);
      }
      await atMost(RETURN_MS, back);
    } finally {
      write.close();
    }
    const fault = outcome && WITHOUT_EFFECT[outcome];
    if (fault !== undefined) throw new TransientError(fault);
    return outcome;
  }
}
