import { describe, expect, it } from 'vitest';
import { SeenCommits } from './seen-commits.js';

describe('the commits that are dealt with', () => {
  it('are at first those of a snapshot that had ended', () => {
    const seen = new SeenCommits('100:110:102,105');
    const xids = [99, 100, 101, 102, 104, 105, 109, 110, 111];
    expect(xids.filter((xid) => seen.has(xid))).toEqual([99, 100, 101, 104, 109]);
    expect(new SeenCommits('100:100:').has(100)).toBe(false);
  });

  it('are also those that were added, however late, and all that had ended before', () => {
    const seen = new SeenCommits('100:110:102,105');
    seen.add({ xid: 112, horizon: 102 });
    expect([102, 105, 111, 112].filter((xid) => seen.has(xid))).toEqual([112]);
    seen.add({ xid: 105, horizon: 102 });
    expect([102, 105, 111, 112].filter((xid) => seen.has(xid))).toEqual([105, 112]);
    // 102 and 111 had ended without a word: they have stored nothing.
    seen.add({ xid: 120, horizon: 113 });
    expect([102, 105, 111, 112, 113, 120].filter((xid) => seen.has(xid))).toEqual([102, 105, 111, 112, 120]);
  });

  it('do not pile up while a transaction of others goes on and on', () => {
    const seen = new SeenCommits('1:10:5');
    for (let xid = 20; xid < 100_021; xid++) seen.add({ xid, horizon: 5 });
    expect([5, 19, 20, 100_020].map((xid) => seen.has(xid))).toEqual([true, true, true, true]);
    expect(seen.has(100_021)).toBe(false);
  });

  it('are told from the lower half of their number', () => {
    const ceiling = 3 * 2 ** 32 + 5;
    const seen = new SeenCommits(`${ceiling}:${ceiling}:`);
    for (const xid of [ceiling, ceiling - 10, ceiling + 1_000, ceiling - 1_000_000_000]) {
      expect(seen.wholeXid(xid % 2 ** 32)).toBe(xid);
    }
  });
});
