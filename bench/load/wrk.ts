import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinnedTo } from '../pinning.js';
import { lastLine, outputOf } from './child.js';
import { type LoadOptions, type LoadRequest, type LoadResult, TIMEOUT_SECONDS } from './load-options.js';

const SCRIPT = join(import.meta.dirname, 'wrk.lua');

/** What the script prints at the end. */
interface Printed {
  readonly us: number;
  readonly answers: number;
  readonly bytes: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly refused: number;
  readonly errors: number;
}

export function hasWrk(): boolean {
  return spawnSync('wrk', ['-v']).error === undefined;
}

/**
 * Puts load on a server with wrk, from one thread. It knows no rate and no number of answers. A slow answer counts
 * in its percentiles also for the requests that would have been sent meanwhile (coordinated omission). The very
 * first request of the list is passed over in the first turn: wrk only looks at it.
 */
export async function wrkLoad(options: LoadOptions, seconds: number): Promise<LoadResult> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-bench-load-'));
  try {
    const file = join(directory, 'requests');
    await writeFile(file, fileOf(options));
    const output = await outputOf(
      pinnedTo(options.core, [
        ...(['wrk', '--threads', '1', '--connections', String(options.connections)] as const),
        ...['--duration', `${seconds}s`, '--timeout', `${TIMEOUT_SECONDS}s`, '--script', SCRIPT],
        ...[options.url, '--', file],
      ]),
    );
    return resultOf(lastLine<Printed>(output));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function resultOf({ us, answers, bytes, p50Us, p99Us, maxUs, refused, errors }: Printed): LoadResult {
  return {
    tool: 'wrk',
    seconds: us / 1_000_000,
    answers,
    answersPerSecond: answers / (us / 1_000_000),
    p50Ms: p50Us / 1_000,
    p99Ms: p99Us / 1_000,
    maxMs: maxUs / 1_000,
    refused,
    errors,
    bytes,
  };
}

/** The requests as the script reads them. */
function fileOf({ url, method, requests }: LoadOptions): string {
  const { host } = new URL(url);
  return requests
    .map((request) => {
      const bytes = requestOf(request, method, host);
      return `${Buffer.byteLength(bytes)}\n${bytes}`;
    })
    .join('');
}

function requestOf({ path, headers, body }: LoadRequest, method: string, host: string): string {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries({ host, ...headers, ...length }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}
