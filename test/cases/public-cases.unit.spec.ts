import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PUBLIC_CASES } from './public-case.js';

const DIRECTORY = new URL('.', import.meta.url);

/** The numbers of the cases that the specs of this folder test, as often as they do. */
function testedIds(): string[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.spec.ts'))
    .flatMap((file) => [
      ...readFileSync(new URL(file, DIRECTORY), 'utf8').matchAll(/publicCase\(\s*'(P\d+)'/g),
    ])
    .map(([, id]) => id!)
    .sort();
}

describe('the public cases', () => {
  it('are 51, and each is tested once', () => {
    expect(PUBLIC_CASES).toHaveLength(51);
    expect(testedIds()).toEqual(PUBLIC_CASES.map(({ id }) => id).sort());
  });
});
