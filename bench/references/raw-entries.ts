/** Entries from memory by Node's own HTTP server and nothing else: what the runtime can do at most. */
import { createServer } from 'node:http';
import { SECURITY_HEADERS_BY_NAME } from '../../src/platform/http/security-headers.js';
import { pathOf } from '../entries/bench-entries.js';
import { type Envelope, readEntries } from '../entries/stored-entries.js';
import { optionsOf } from '../script.js';
import { announce } from './ready-orders.js';

export interface RawEntriesOptions {
  /** Where the program is, which has the entries. */
  readonly from: string;
  /** How many, from the first one on. */
  readonly entries: number;
}

const SECONDS_END = 'YYYY-MM-DDTHH:mm:ss'.length;
const US_PER_MS = 1_000;

const { from, entries: count } = optionsOf<RawEntriesOptions>();
const entries = new Map<string, { readonly body: Buffer; readonly etag: string }>();
await readEntries(from, count, (envelope) => {
  entries.set(pathOf(envelope.key), { body: Buffer.from(JSON.stringify(envelope)), etag: etagOf(envelope) });
});

const server = createServer((request, response) => {
  const entry = entries.get(request.url!);
  if (entry === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { body, etag } = entry;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag, 'cache-control': 'no-cache' }).end();
    return;
  }
  response.writeHead(200, {
    etag,
    'cache-control': 'no-cache',
    'content-type': 'application/json; charset=utf-8',
    ...SECURITY_HEADERS_BY_NAME,
    'content-length': body.length,
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => announce(server));

/** Version and time of creation, in microseconds since the Unix epoch. */
function etagOf({ version, created_at: createdAt }: Envelope): string {
  const seconds = createdAt.slice(0, SECONDS_END);
  const us = Number(/\.(\d{6})Z$/.exec(createdAt)![1]);
  return `"${version}-${Date.parse(`${seconds}Z`) * US_PER_MS + us}"`;
}
