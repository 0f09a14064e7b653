import { buffer } from 'node:stream/consumers';
import type { LoadRequest } from '../load/load-options.js';
import { getOwn } from '../own-answer.js';

/** What differs from one answer to the next, and how long a server keeps a connection open. */
const NOT_COMPARED = new Set(['date', 'keep-alive']);
/** What has to be there, and as long: when an order was stored, its reference cannot know. */
const VALUE_NOT_COMPARED = new Set(['x-received-at']);

/** When it was answered, which an answer of the promos has within it, in as many characters as any other time. */
const ANSWERED_AT = /"timestamp":"[^"]*"/;

/** An answer as it came. */
export interface Exchange {
  readonly status: number;
  /** Status line, headers in the order and case in which they came, and body; without what need not be the same. */
  readonly text: string;
  /** Of the whole answer as it went over the wire. */
  readonly bytes: number;
}

/** Sends one GET on a connection of its own that may be kept alive, as a load's connections are. */
export async function exchange(url: string, { path, headers }: LoadRequest): Promise<Exchange> {
  const response = await getOwn(new URL(path, url), {
    headers: { ...headers, connection: 'keep-alive' },
    agent: false,
  });
  const { socket, statusCode, statusMessage, httpVersion, rawHeaders } = response;
  const body = await buffer(response);
  const bytes = socket.bytesRead;
  socket.destroy();
  const head = [`HTTP/${httpVersion} ${statusCode} ${statusMessage}`, ...comparedLines(rawHeaders)];
  const compared = body.toString('latin1').replace(ANSWERED_AT, '');
  return { status: statusCode!, text: `${head.join('\n')}\n\n${compared}`, bytes };
}

/** @param rawHeaders names and values in turn */
function comparedLines(rawHeaders: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name, value] = [rawHeaders[at]!, rawHeaders[at + 1]!];
    if (NOT_COMPARED.has(name.toLowerCase())) continue;
    const compared = VALUE_NOT_COMPARED.has(name.toLowerCase()) ? value.length : value;
    lines.push(`${name}: ${compared}`);
  }
  return lines;
}
