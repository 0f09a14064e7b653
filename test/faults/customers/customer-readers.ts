import { setTimeout as pause } from 'node:timers/promises';
import { KeptGets } from '../../../src/customers/load-test/kept-gets.js';
import type { Dice } from '../dice.js';
import type { CustomerBook } from './customer-book.js';
import type { CustomerReplica, ReplicaRun } from './customer-replica.js';
import type { Promises, Told } from './promises.js';

const READERS = 16;
const BETWEEN_READS_MS = 10;

export const pathOf = (accountId: string): string => `/api/users/${encodeURIComponent(accountId)}`;

export interface CustomerReadersOptions {
  readonly replicas: readonly CustomerReplica[];
  readonly book: CustomerBook;
  readonly dice: Dice;
  readonly promises: Promises;
  readonly row: Told;
  /** Whether those are asked as well that have not said that they are ready. */
  readonly askUnready: boolean;
}

/** Callers that ask the replicas in turn all the time, and hold each answer against what was acknowledged. */
export class CustomerReaders {
  private open = true;
  private readonly reading: Promise<void>[];

  constructor(private readonly options: CustomerReadersOptions) {
    this.reading = Array.from({ length: READERS }, (_, number) => this.readOn(number));
  }

  async finish(): Promise<void> {
    this.open = false;
    await Promise.all(this.reading);
  }

  private async readOn(number: number): Promise<void> {
    const { replicas, book, dice, askUnready } = this.options;
    const connections = new Map<ReplicaRun, KeptGets>();
    for (let turn = number; this.open; turn++) {
      await pause(BETWEEN_READS_MS);
      const replica = replicas[turn % replicas.length]!;
      if (askUnready ? !replica.isRunning : !replica.takesRequests) continue;
      await this.ask(replica.run!, connections, book.pick(dice));
    }
    for (const connection of connections.values()) connection.close();
  }

  private async ask(
    run: ReplicaRun,
    connections: Map<ReplicaRun, KeptGets>,
    accountId: string,
  ): Promise<void> {
    const { promises, row } = this.options;
    const isReady = run.readyAtMs !== undefined;
    try {
      const known = connections.get(run);
      const connection = known?.isOpen ? known : await KeptGets.open(run.url);
      connections.set(run, connection);
      const sentAtMs = performance.now();
      const answer = await connection.get(pathOf(accountId));
      promises.judge(row, accountId, answer, sentAtMs, { knownUntilMs: run.startedAtMs, isReady });
    } catch (error) {
      connections.delete(run);
      promises.noAnswer(row);
      // A replica that is told to end, or has not said that it is ready, may leave a GET without an answer.
      promises.holds(row.what, run.isOver || !isReady, `no answer: ${(error as Error).message}`);
    }
  }
}
