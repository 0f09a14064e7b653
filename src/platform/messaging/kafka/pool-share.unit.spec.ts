import { expect, it } from 'vitest';
import { ContextNames } from '../context-names.js';
import { shareOfPool } from './pool-share.js';

const MAIN = { name: 'main', isMain: true };
const other = (name: string) => ({ name, isMain: false });
const share = (names: ContextNames, context: string) => shareOfPool(names, 12, context);

it('leaves the other contexts a third of the pool beside the main one', () => {
  const names = new ContextNames([MAIN, other('a')]);
  expect(share(names, 'main')).toEqual({ atOnce: 4, leftTries: 4 });
  expect(share(names, 'a')).toEqual({ atOnce: 2, leftTries: 2 });
  expect(share(new ContextNames([MAIN, other('a'), other('b'), other('c')]), 'a')).toEqual({
    atOnce: 1,
    leftTries: 1,
  });
});

it('gives a context without a main one what that would have, and several share it', () => {
  expect(share(new ContextNames([other('a')]), 'a')).toEqual({ atOnce: 4, leftTries: 4 });
  expect(share(new ContextNames([other('a'), other('b')]), 'a')).toEqual({ atOnce: 2, leftTries: 2 });
});
