/**
 * Asks a server for orders at the even pace of each task, whatever its answers take: a slow one holds up no other as
 * long as there is a free connection. Each is timed from when it is due, also when no connection is free then, to the
 * end of its answer. It has to cost little, since it shares the cores with what is measured.
 */
import { keepTickShape } from '../../src/platform/tick-shape.js';
import type { LoadResult } from '../load/load-options.js';
import { Tally } from '../load/tally.js';
import { orderEvents } from '../order-events.js';
import { doTasks, optionsOf, say } from '../script.js';
import { DueRequests } from './due-requests.js';
import { atEvenPace, type Pace, totalOf } from './even-pace.js';
import { HttpConnection } from './http-connection.js';

export interface EvenGetsOptions {
  /** Scheme, host and port. */
  readonly url: string;
  readonly connections: number;
  /** Those with the numbers from 0 on are asked for, in turn. */
  readonly orders: number;
}

const STEP_MS = 1;

/** Resolves when all that was due is answered, or no connection is left. */
async function sendEvenly(
  connections: readonly HttpConnection[],
  requests: readonly Buffer[],
  pace: Pace,
): Promise<LoadResult> {
  const due = new DueRequests();
  const tally = new Tally();
  let answers = 0;
  /** A connection that fails is not used again. */
  const sendOn = async (connection: HttpConnection): Promise<void> => {
    for (let next = await due.next(); next !== undefined; next = await due.next()) {
      const status = await connection.send(requests[next.number % requests.length]!).catch(() => undefined);
      if (status === undefined) return;
      tally.answer(status, performance.now() - next.dueAtMs);
      answers++;
    }
  };
  const makeDue = async (): Promise<void> => {
    await atEvenPace(pace, STEP_MS, (from, to) => {
      for (let number = from; number < to; number++) due.add(number);
    });
    due.end();
  };
  tally.start();
  await Promise.all([makeDue(), ...connections.map(sendOn)]);
  const bytes = connections.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  return tally.result('even pace', totalOf(pace) - answers, bytes);
}

// A load that becomes slower halfway would take more of the cores that it shares with what is measured.
keepTickShape();
const options = optionsOf<EvenGetsOptions>();
const url = new URL(options.url);
const requests = orderEvents(options.orders).map(({ key }) =>
  Buffer.from(`GET /api/orders/${String(key)} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`),
);
say({ ready: true });
await doTasks<Pace>(async (pace) => {
  const opening = Array.from({ length: options.connections }, () => HttpConnection.open(url));
  const connections = await Promise.all(opening);
  const result = await sendEvenly(connections, requests, pace);
  for (const connection of connections) connection.close();
  return result;
});
