import { describe, expect, it } from 'vitest';
import { type MadeUpOptions, madeUpRecords } from './made-up-customers.js';

const NOW_MS = Date.UTC(2026, 0, 1);
const made = (options: Partial<MadeUpOptions> = {}) => [
  ...madeUpRecords({ count: 2_000, deleteShare: 0.1, seed: 7, nowMs: NOW_MS, ...options }),
];

describe('made-up customers', () => {
  it('are as many records as asked for, about that share of them deletes', () => {
    const records = made();
    expect(records).toHaveLength(2_000);
    const deletes = records.filter(({ customer }) => customer === undefined).length;
    expect(deletes).toBeGreaterThan(150);
    expect(deletes).toBeLessThan(250);
  });

  it('are deleted after they were created, and once at most', () => {
    const there = new Set<string>();
    for (const { accountId, customer } of made({ deleteShare: 0.5 })) {
      if (customer === undefined) expect(there.delete(accountId)).toBe(true);
      else expect(there.has(accountId), accountId).toBe(false);
      if (customer !== undefined) there.add(customer.accountId);
    }
  });

  it('are the same for the same seed, and have no id in common with those of another', () => {
    expect(made()).toEqual(made());
    const ids = new Set(made().map(({ accountId }) => accountId));
    expect(made({ seed: 8 }).filter(({ accountId }) => ids.has(accountId))).toEqual([]);
  });

  it('have changed no earlier than they were created, and not in the future', () => {
    for (const { customer } of made({ deleteShare: 0 })) {
      expect(customer!.updatedAt).toBeGreaterThanOrEqual(customer!.createdAt);
      expect(customer!.updatedAt).toBeLessThan(NOW_MS);
    }
  });

  it('are all created where none is to be deleted', () => {
    expect(made({ deleteShare: 0 }).every(({ customer }) => customer !== undefined)).toBe(true);
  });
});
