import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { DemoBudget } from './demo-budget.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function refusalOf(budget: DemoBudget, orders: number): TooBusyError {
  try {
    budget.take(orders);
  } catch (error) {
    expect(error).toBeInstanceOf(TooBusyError);
    return error as TooBusyError;
  }
  throw new Error('it was not refused');
}

describe('orders that are made up', () => {
  it('may be as many as an hour has, and then as many as come back', () => {
    const budget = new DemoBudget(3_600);
    budget.take(3_600);
    expect(refusalOf(budget, 10).retryAfterSeconds).toBe(10);
    vi.advanceTimersByTime(9_000);
    expect(refusalOf(budget, 10).retryAfterSeconds).toBe(1);
    vi.advanceTimersByTime(1_000);
    budget.take(10);
    refusalOf(budget, 1);
  });

  it('are not counted when they were not made', () => {
    const budget = new DemoBudget(10);
    budget.take(10);
    budget.giveBack(4);
    budget.take(4);
    refusalOf(budget, 1);
  });

  it('are never more at once than an hour has, however long nobody asked', () => {
    const budget = new DemoBudget(10);
    vi.advanceTimersByTime(24 * 3_600_000);
    budget.take(10);
    refusalOf(budget, 1);
  });
});
