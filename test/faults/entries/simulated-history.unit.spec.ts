import { describe, expect, it } from 'vitest';
import { Dice } from '../dice.js';
import { Findings } from '../findings.js';
import { EntryHistory } from './entry-history.js';
import type { KeyRead } from './entry-operations.js';
import { type Simulated, simulate } from './simulated-history.js';

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);
const OPERATIONS = 200;
/** More than any answer may be behind. */
const LONG_AGO_MS = 2_500;

function found({ writes, reads }: Simulated): string[] {
  const history = new EntryHistory();
  for (const write of writes) history.addWrite('key', write);
  for (const read of reads) history.addRead('key', read);
  const findings = new Findings();
  history.judge(findings);
  return findings.lines();
}

/** One read tells what another one told long before, when another version has been read or acknowledged since. */
function withOldRead({ writes, reads }: Simulated, dice: Dice): Simulated | undefined {
  const values = reads.filter(({ seen, isLast }) => seen.what === 'value' && isLast !== true);
  const old = dice.pick(values);
  const versionOf = ({ seen }: KeyRead) => (seen.what === 'value' ? seen.version : 0);
  const late = values.find(
    (read) => read.startMs > old.endMs + LONG_AGO_MS && versionOf(read) > versionOf(old) + 2,
  );
  if (late === undefined) return undefined;
  return { writes, reads: reads.map((read) => (read === late ? { ...read, seen: old.seen } : read)) };
}

describe('of a cache that keeps its promises', () => {
  it.each([1, 50, 100, 150])('no history is found to be wrong, from seed %i on', (first) => {
    for (let seed = first; seed < first + 50; seed++) {
      expect([seed, ...found(simulate(new Dice(seed), OPERATIONS))]).toEqual([seed]);
    }
  });

  it('a read that tells what it told long ago is found to be wrong', () => {
    let tried = 0;
    for (const seed of SEEDS) {
      const dice = new Dice(seed);
      const told = withOldRead(simulate(dice, OPERATIONS), dice);
      if (told === undefined) continue;
      tried += 1;
      expect([seed, found(told).length]).not.toEqual([seed, 0]);
    }
    expect(tried).toBeGreaterThan(SEEDS.length / 2);
  });

  it('an acknowledged write that is left out of it is missed', () => {
    let tried = 0;
    for (const seed of SEEDS) {
      const { writes, reads } = simulate(new Dice(seed), OPERATIONS);
      const last = reads.at(-1)!.seen;
      const lost = writes.find(
        ({ version, outcome }) =>
          outcome === 'acknowledged' &&
          'version' in last &&
          version !== undefined &&
          version === last.version,
      );
      if (lost === undefined) continue;
      tried += 1;
      const before = { ...reads.at(-1)!, seen: { what: 'absent', version: lost.version! - 1 } } as const;
      expect([seed, found({ writes, reads: [...reads.slice(0, -1), before] }).length]).not.toEqual([seed, 0]);
    }
    expect(tried).toBeGreaterThan(10);
  });
});
