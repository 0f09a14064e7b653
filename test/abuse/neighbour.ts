import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { sampleOrder } from '../support/sample-order.js';

/** What a well-behaved client has met, times in milliseconds. */
export interface Met {
  readonly getsMs: number[];
  readonly postsMs: number[];
  /** Of its requests: what was refused, failed, or not as it had to be. */
  readonly refusals: string[];
}

/** Printed before what was met. */
export const READY = 'ready';
const GETS_EVERY_MS = 20;
const POSTS_EVERY_MS = 50;
const TIMEOUT_MS = 30_000;

/** A process of its own, so that what the abuser does to its own event loop is not measured: reads and stores orders. */
async function behave(url: string, order: Record<string, unknown>): Promise<void> {
  const met: Met = { getsMs: [], postsMs: [], refusals: [] };
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const timed = async (method: string, path: string, expected: number[], body?: string): Promise<number> => {
    const startedAt = performance.now();
    try {
      const status = await statusOf(agent, url + path, method, body);
      if (!expected.includes(status)) met.refusals.push(`${method} ${path}: ${status}`);
    } catch (error) {
      met.refusals.push(`${method} ${path}: ${(error as Error).message}`);
    }
    return performance.now() - startedAt;
  };
  let isOver = false;
  process.stdin.once('end', () => (isOver = true)).resume();
  const uid = `neighbour-${randomUUID()}`;
  await timed('POST', '/api/orders', [201], JSON.stringify({ ...order, order_uid: uid }));
  process.stdout.write(`${READY}\n`);
  const gets = async (): Promise<void> => {
    for (; !isOver; await pause(GETS_EVERY_MS))
      met.getsMs.push(await timed('GET', `/api/orders/${uid}`, [200]));
  };
  const posts = async (): Promise<void> => {
    for (; !isOver; await pause(POSTS_EVERY_MS)) {
      const body = JSON.stringify({ ...order, order_uid: `neighbour-${randomUUID()}` });
      met.postsMs.push(await timed('POST', '/api/orders', [201], body));
    }
  };
  await Promise.all([gets(), gets(), posts()]);
  agent.destroy();
  process.stdout.write(JSON.stringify(met));
}

/**
 * A server may close an idle connection at the very moment at which a request is sent on it, so a client that keeps connections
 * sends it once more, as Node's documentation of `reusedSocket` has it. An order that was stored all the same is no 201 then.
 */
function statusOf(
  agent: Agent,
  url: string,
  method: string,
  body?: string,
  isSecond = false,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { agent, method, headers, timeout: TIMEOUT_MS }, (answer) => {
      answer
        .resume()
        .once('end', () => resolve(answer.statusCode!))
        .once('error', reject);
    });
    sent
      .once('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
      .once('error', (error: NodeJS.ErrnoException) => {
        const wasClosed = sent.reusedSocket && error.code === 'ECONNRESET';
        if (wasClosed && !isSecond) resolve(statusOf(agent, url, method, body, true));
        else reject(error);
      })
      .end(body);
  });
}

if (import.meta.filename === process.argv[1]) {
  await behave(process.argv[2]!, sampleOrder());
}
