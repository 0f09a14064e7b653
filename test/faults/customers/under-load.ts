import { headerIn, KeptGets } from '../../../src/customers/load-test/kept-gets.js';
import { CustomerReaders, pathOf } from './customer-readers.js';
import type { CustomerReplica } from './customer-replica.js';
import type { CustomersStage } from './customers-stage.js';
import type { Promises, Told } from './promises.js';

/** Does something while customers are written, and 16 readers ask all replicas that run. */
export async function underLoad(
  stage: CustomersStage,
  promises: Promises,
  what: string,
  work: (row: Told) => Promise<void>,
  { askUnready = true }: { askUnready?: boolean } = {},
): Promise<void> {
  const { replicas, book, dice, writer } = stage;
  const row = promises.row(what);
  const readers = new CustomerReaders({ replicas, book, dice, promises, row, askUnready });
  writer.start();
  try {
    await work(row);
  } finally {
    await writer.rest();
    await readers.finish();
  }
}

/** Starts a replica, and resolves once it is ready: until then each GET has to be refused. @returns seconds */
export async function startUntilReady(
  stage: CustomersStage,
  replica: CustomerReplica,
  promises: Promises,
): Promise<number> {
  await replica.start();
  return replica.untilReady(() => requireRefused(stage, replica, promises));
}

/** To be called when it has said that it is not ready. */
export async function requireRefused(
  { book, dice }: CustomersStage,
  replica: CustomerReplica,
  promises: Promises,
): Promise<void> {
  const connection = await KeptGets.open(replica.url);
  try {
    const { status, head } = await connection.get(pathOf(book.pick(dice)));
    const isRefused = status === 503 && headerIn(head, 'retry-after') !== undefined;
    // It may have become ready in between.
    if (!isRefused && !(await replica.isReady())) {
      promises.holds('a GET before it is ready', false, `${status}: ${head}`);
    }
  } finally {
    connection.close();
  }
}
