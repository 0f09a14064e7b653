import { putLoad } from '../load.js';
import { CONNECTIONS, type LoadResult } from '../load/load-options.js';
import { LOAD_CORE } from '../pinning.js';
import { type Exchange, exchange } from './exchange.js';
import type { HotRow } from './hot-rows.js';
import { countsBetween, type ProgramCounts, readCounts } from './program-counts.js';

/** A server compiles what it does often, and is not to be measured while it does. */
const WARM_UP_SECONDS = 2;
const SAMPLES = 20;
/** How far the mean length of a load's answers may be from that of the samples, as a share: orders differ a little. */
const LENGTH_TOLERANCE = 0.1;

/** What a server answered to some of a row's requests. */
export type Sample = readonly Exchange[];

export interface Turn {
  readonly result: LoadResult;
  readonly faults: readonly string[];
}

/** Asks for some of a row's requests, one after the other. The first time, what is absent may not be known to be. */
export async function takeSample(row: HotRow, url: string): Promise<Sample> {
  const step = Math.ceil(row.requests.length / SAMPLES);
  const sample: Exchange[] = [];
  for (const [index, request] of row.requests.entries()) {
    if (index % step === 0) sample.push(await exchange(url, request));
  }
  return sample;
}

/** How a server's answers differ from the program's: nothing, or one line with the first that does. */
export function differences(sample: Sample, programSample: Sample): string[] {
  for (const [index, { text }] of sample.entries()) {
    const lines = text.split('\n');
    const programLines = programSample[index]!.text.split('\n');
    const count = Math.max(lines.length, programLines.length);
    for (let line = 0; line < count; line++) {
      const [own, programs] = [lines[line], programLines[line]];
      if (own !== programs) return [`it answers ${own ?? 'nothing'}, and waybill ${programs ?? 'nothing'}`];
    }
  }
  return [];
}

/** Puts load on one of the references. */
export async function measureReference(
  row: HotRow,
  url: string,
  seconds: number,
  sample: Sample,
): Promise<Turn> {
  const result = await warmUpAndLoad(row, url, seconds);
  return { result, faults: loadFaults(row, result, sample) };
}

/** Puts load on the program, and compares with what it has counted itself. */
export async function measureProgram(
  row: HotRow,
  url: string,
  seconds: number,
  sample: Sample,
): Promise<Turn> {
  const before = await readCounts(url, row.route);
  const result = await warmUpAndLoad(row, url, seconds);
  const counts = countsBetween(before, await readCounts(url, row.route));
  return { result, faults: [...loadFaults(row, result, sample), ...countFaults(row, result, counts)] };
}

async function warmUpAndLoad({ requests }: HotRow, url: string, seconds: number): Promise<LoadResult> {
  const load = { url, method: 'GET', connections: CONNECTIONS, requests, core: LOAD_CORE } as const;
  await putLoad({ ...load, until: { seconds: WARM_UP_SECONDS } });
  return putLoad({ ...load, until: { seconds } });
}

/** What a load tells of its answers is only how many were refused, and how long they were. */
function loadFaults({ status }: HotRow, result: LoadResult, sample: Sample): string[] {
  const { answers, refused, errors, bytes } = result;
  const faults: string[] = [];
  if (sample.some((answer) => answer.status !== status)) faults.push(`an answer other than ${status}`);
  if (errors > 0) faults.push(`${errors} requests without an answer`);
  const expected = status >= 400 ? answers : 0;
  if (refused !== expected) faults.push(`${refused} answers of 400 and more, expected ${expected}`);
  const sampleBytes = sample.reduce((sum, answer) => sum + answer.bytes, 0) / sample.length;
  if (Math.abs(bytes / answers / sampleBytes - 1) > LENGTH_TOLERANCE) {
    faults.push(`answers of ${bytes / answers} bytes on average, expected ${sampleBytes}`);
  }
  return faults;
}

function countFaults({ status }: HotRow, { answers }: LoadResult, counts: ProgramCounts): string[] {
  const faults: string[] = [];
  const others = Object.keys(counts.answers).filter((one) => one !== String(status));
  if (others.length > 0) faults.push(`it counted answers of ${others.join(', ')}`);
  if ((counts.answers[status] ?? 0) < answers)
    faults.push(`it counted ${counts.answers[status]} answers of ${answers}`);
  if (status < 400 && counts.cache['memory miss'] !== undefined) {
    faults.push(`${counts.cache['memory miss']} orders were not in memory`);
  }
  return faults;
}
