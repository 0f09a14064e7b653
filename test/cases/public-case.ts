import { readFileSync } from 'node:fs';
import { it } from 'vitest';

/** A case that somebody has met elsewhere, as one line of `pipeline.jsonl`. */
export interface PublicCase {
  /** `P01` */
  readonly id: string;
  /** What is done, in words. */
  readonly how: string;
  /** What it is done with. */
  readonly input: string;
  /** What has to come of it. */
  readonly expected: string;
}

export const PUBLIC_CASES: readonly PublicCase[] = readFileSync(
  new URL('pipeline.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as PublicCase);

/**
 * The test of a case, under its number and what it expects. `public-cases.unit.spec.ts` sees to it that each case of the
 * file has one.
 *
 * @throws Error when there is no such case
 */
export function publicCase(id: string, run: () => Promise<void>, timeoutMs?: number): void {
  const found = PUBLIC_CASES.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no case ${id} in pipeline.jsonl`);
  it(`${id}: ${found.expected}`, run, timeoutMs);
}
