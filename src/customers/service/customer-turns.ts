import { TooBusyError } from '../../platform/http/too-busy.error.js';

const MAX_WRITES = 1_000;
const MAX_WRITES_OF_ONE = 100;

interface Queue {
  writes: number;
  last: Promise<unknown>;
}

/** Writes to one customer are done one after the other, so that the second sees what the first has done. */
export class CustomerTurns {
  /** By accountId. */
  private readonly queues = new Map<string, Queue>();
  private writes = 0;

  /** @throws TooBusyError when too many writes wait, in all or for this customer */
  take<Outcome>(accountId: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const queue = this.queues.get(accountId) ?? { writes: 0, last: Promise.resolve() };
    if (this.writes >= MAX_WRITES) throw new TooBusyError('too many customers are being written');
    if (queue.writes >= MAX_WRITES_OF_ONE) throw new TooBusyError('this customer is being written too often');
    this.queues.set(accountId, queue);
    this.writes++;
    queue.writes++;
    const outcome = queue.last.then(work);
    const leave = (): void => {
      this.writes--;
      if (--queue.writes === 0) this.queues.delete(accountId);
    };
    queue.last = outcome.then(leave, leave);
    return outcome;
  }
}
