/**
 * Sends one load at its rate: its options as JSON on standard input, what came back as a line of JSON on standard
 * output. autocannon's own rate would send what a second may hold in one go at its beginning.
 */
import { Agent, request as open } from 'node:http';
import type { Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type LoadOptions, type LoadRequest, type LoadResult, TIMEOUT_SECONDS } from './load-options.js';
import { Tally } from './tally.js';

const LOOK_EVERY_MS = 1;

async function send(options: LoadOptions, rate: number): Promise<LoadResult> {
  const { url, method, connections, requests, until } = options;
  const total = 'answers' in until ? until.answers : Math.round(until.seconds * rate);
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const sockets = new Set<Socket>();
  const tally = new Tally();
  let errors = 0;
  const ask = async ({ path, headers, body }: LoadRequest, dueAtMs: number): Promise<void> => {
    try {
      const status = await statusOf(new URL(path, url), { agent, method, headers }, body, sockets);
      tally.answer(status, performance.now() - dueAtMs);
    } catch {
      errors++;
    }
  };
  const asked: Promise<void>[] = [];
  const startedAtMs = performance.now();
  tally.start();
  while (asked.length < total) {
    const due = Math.ceil(((performance.now() - startedAtMs) * rate) / 1_000);
    while (asked.length < Math.min(due, total)) {
      const number = asked.length;
      asked.push(ask(requests[number % requests.length]!, startedAtMs + (number * 1_000) / rate));
    }
    await pause(LOOK_EVERY_MS);
  }
  await Promise.all(asked);
  const bytes = Array.from(sockets, (socket) => socket.bytesRead).reduce((sum, read) => sum + read, 0);
  agent.destroy();
  return tally.result('paced', errors, bytes);
}

/** The answer's status, once its body is there; its connection is added to `sockets`. @throws Error without one */
function statusOf(
  url: URL,
  options: Parameters<typeof open>[1] & object,
  body: string | undefined,
  sockets: Set<Socket>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = open(url, options, (response) => {
      response.once('end', () => resolve(response.statusCode!)).once('error', reject);
      response.resume();
    });
    request.once('socket', (socket) => sockets.add(socket));
    request.once('error', reject);
    request.setTimeout(TIMEOUT_SECONDS * 1_000, () => request.destroy(new Error('no answer in time')));
    request.end(body);
  });
}

const options = (await json(process.stdin)) as LoadOptions;
const result = await send(options, options.rate!);
process.stdout.write(`${JSON.stringify(result)}\n`);
