import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { connectBy } from '../support/either-protocol.js';
import { sampleOrder, type JsonObject } from '../support/sample-order.js';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  errors?: { path: string; pointer?: string; detail: string }[];
}

export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const answer = await fetch(url, init);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** A valid order that no other test has, with fields of its own as given. */
export function anOrder(fields: JsonObject = {}): JsonObject & { order_uid: string } {
  return { ...sampleOrder(), order_uid: `e2e-${randomUUID()}`, ...fields };
}

export function postText(
  url: string,
  text: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return ask(`${url}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
}

export function post(url: string, order: JsonObject, headers?: Record<string, string>): Promise<Answer> {
  return postText(url, JSON.stringify(order), headers);
}

/** Stores an order and returns its ETag. */
export async function store(url: string, order: JsonObject): Promise<string> {
  const answer = await post(url, order);
  expect(answer.status, answer.text).toBeOneOf([200, 201]);
  return answer.headers.get('etag')!;
}

/** An error answer as RFC 9457 has it, which tells nothing of the program's inside. */
export function expectProblem(answer: Answer, status: number): Problem {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const problem = JSON.parse(answer.text) as Problem;
  expect(problem).toMatchObject({ type: 'about:blank', status });
  expect(problem.title).toMatch(/^[A-Z]/);
  expect(problem.detail).not.toBe('');
  expect(answer.text).not.toMatch(/node_modules|dist\/|\.js:\d|\bat [\w.]+ \(|SELECT|INSERT/);
  return problem;
}

/** An answer's headers, without those of the moment and of the connection. */
export function headersOf({ headers }: Answer): Record<string, string> {
  const { date, connection, 'keep-alive': keepAlive, ...others } = Object.fromEntries(headers);
  expect([date, connection, keepAlive]).toContainEqual(expect.any(String));
  return others;
}

export function pathsOf(problem: Problem): string[] {
  return (problem.errors ?? []).map((error) => error.path);
}

/**
 * The sum of a metric over its series that have these labels: `status="201"`.
 *
 * @throws Error when there is no such series: a metric that does not exist would pass for one that is 0
 */
export async function metric(url: string, name: string, ...labels: string[]): Promise<number> {
  const { text } = await ask(`${url}/metrics`);
  const samples = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .filter((line) => labels.every((label) => line.includes(label)));
  if (samples.length === 0)
    throw new Error(`/metrics has no ${name} with ${labels.join(', ') || 'any label'}`);
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Sends bytes as they are and returns all that comes back until the server closes the connection. */
export function exchange(url: string, request: string, timeoutMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const { protocol, port } = new URL(url);
    const socket = connectBy(protocol, Number(port));
    socket.write(request);
    socket.setEncoding('utf8').setTimeout(timeoutMs, () => {
      socket.destroy();
      reject(new Error(`the server left the connection open; so far: ${received}`));
    });
    socket.on('data', (text: string) => (received += text));
    socket.once('error', reject);
    socket.once('close', () => resolve(received));
  });
}

/** What came over a bare socket. */
export function rawAnswer(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...fields] = head.split('\r\n');
  const headers = new Headers(fields.map((field) => field.split(': ') as [string, string]));
  return { status: Number(/^HTTP\/1\.1 (\d{3}) \w/.exec(statusLine)?.[1]), headers, text: body };
}
