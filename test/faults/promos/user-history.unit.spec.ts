import { expect, it } from 'vitest';
import { UserHistory } from './user-history.js';

const history = (): UserHistory => {
  const user = new UserHistory('v0');
  user.becoming('v1')(1_000);
  user.becoming(undefined)(2_000);
  user.becoming('v3')(3_000);
  return user;
};

it('the present state is never old', () => {
  expect(history().ageOf('v3', 9_000)).toBe(0);
});

it('a state is as old as the commit after it', () => {
  expect(history().ageOf('v0', 1_250)).toBe(250);
  expect(history().ageOf('v1', 2_250)).toBe(250);
  expect(history().ageOf(undefined, 4_100)).toBe(1_100);
});

it('what was asked for before the commit, or while it is under way, is not old', () => {
  const user = history();
  expect(user.ageOf('v1', 1_999)).toBe(0);
  user.becoming('v4');
  expect(user.ageOf('v3', 9_000)).toBe(0);
  expect(user.ageOf('v4', 9_000)).toBe(0);
});

it('of equal states the last one counts', () => {
  const user = history();
  user.becoming(undefined)(5_000);
  expect(user.ageOf(undefined, 9_000)).toBe(0);
});

it('what it never was is endlessly old', () => {
  expect(history().ageOf('v9', 1)).toBe(Infinity);
});
