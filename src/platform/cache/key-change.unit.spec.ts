import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf } from './cache-tier.conformance.js';
import { invalidateChange, mergeChanges, putChange, withoutEntry } from './key-change.js';
import type { KeyChange } from './key-change.js';
import { MemoryTier } from './memory-tier.js';

/** A tier in memory stands for the remote one: what a change does to it, in the order that a change promises. */
const tierAfter = (start: KeyChange[], changes: KeyChange[]): MemoryTier => {
  const tier = new MemoryTier({ maxBytes: 1024 * 1024, ttlMs: 3_600_000, maxGuards: 4, maxAbsent: 4 });
  for (const { clear, floor, entry, loaded } of [...start, ...changes]) {
    if (clear) tier.invalidate('k');
    if (floor !== undefined) tier.invalidate('k', floor);
    if (entry !== undefined) tier.put('k', entry, loaded);
  }
  return tier;
};

const version = fc.integer({ min: 0, max: 6 });
const put = fc.tuple(version, fc.boolean()).map(([v, loaded]) => putChange(entryOf(v), loaded));
const invalidate = version.map((v) => invalidateChange(v));
const remove = fc.constant(invalidateChange(undefined));
const start = fc.array(fc.oneof(put, invalidate), { maxLength: 2 });
const changes = fc.array(fc.oneof(put, invalidate, remove), { minLength: 1, maxLength: 6 });

describe('changes of one key', () => {
  it('have merged the effect that they have one after the other', () => {
    fc.assert(
      fc.property(start, changes, (before, several) => {
        const merged = several.reduce(mergeChanges);
        expect(tierAfter(before, [merged]).get('k')).toEqual(tierAfter(before, several).get('k'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('leave nothing older than any commit or invalidation when their entries cannot be written', () => {
    fc.assert(
      fc.property(start, changes, (before, several) => {
        const rest = withoutEntry(several.reduce(mergeChanges));
        const held = tierAfter(before, rest === undefined ? [] : [rest]).get('k');
        const lastRemoval = several.findLastIndex((change) => change.clear);
        const told = several
          .slice(lastRemoval + 1)
          .map(({ floor, entry, loaded }) => floor ?? (loaded ? 0 : (entry?.version ?? 0)));
        if (held !== undefined) expect(held.version).toBeGreaterThanOrEqual(Math.max(0, ...told));
        if (lastRemoval >= 0) expect(held).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('leave nothing to do when all that was to be written is a loaded entry', () => {
    expect(withoutEntry(putChange(entryOf(1), true))).toBeUndefined();
  });
});
