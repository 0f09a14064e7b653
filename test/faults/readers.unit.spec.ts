import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Findings } from './findings.js';
import { Readers } from './readers.js';
import type { Replica } from './replica.js';

let server: Server | undefined;

afterEach(() => server?.close());

/** Answers each request with the next of the versions, and then with the last one; 0 is 404. */
async function replicaThatTells(...versions: number[]): Promise<Replica> {
  let asked = 0;
  server = createServer((_, response) => {
    const version = versions[Math.min(asked++, versions.length - 1)]!;
    response.writeHead(version === 0 ? 404 : 200, { etag: `"v${version}-abc"` });
    response.end(JSON.stringify({ track_number: `REV${version}` }));
  });
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { name: 'one', url: `http://127.0.0.1:${port}`, takesRequests: true } as Replica;
}

async function findingsOf(...versions: number[]): Promise<string[]> {
  const findings = new Findings();
  const readers = new Readers([await replicaThatTells(...versions)], () => 'order', findings, 1);
  readers.start();
  await eventually(() => expect(readers.reads).toBeGreaterThan(versions.length));
  await readers.finish();
  return findings.lines().map((line) => line.replace(/: \d+ \(/, ' ('));
}

describe('readers', () => {
  it('are content with versions that grow', async () => {
    expect(await findingsOf(0, 1, 1, 2)).toEqual([]);
  });

  it('notice an older version', async () => {
    expect(await findingsOf(1, 2, 1)).toEqual([
      expect.stringMatching(/^older than read before \(one order: version 1 after 2/),
    ]);
  });

  it('notice an order that is gone', async () => {
    expect(await findingsOf(1, 0)).toEqual([
      expect.stringMatching(/^older than read before \(one order: absent after version 1/),
    ]);
  });
});
