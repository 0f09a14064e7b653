import { describe, expect, it } from 'vitest';
import { BatchedLookups, type BatchedLookupsOptions } from './batched-lookups.js';

interface Query {
  readonly keys: readonly string[];
  /** Answers with what stands under these keys; each value tells its key. */
  readonly answer: (...there: string[]) => void;
  /** Answers for the first so many keys only. */
  readonly answerFirst: (keys: number, ...there: string[]) => void;
  readonly fail: (error: Error) => void;
}

const valueOf = (key: string): string => `value of ${key}`;

/** Look-ups whose queries are answered by the test. */
function handDriven({
  maxQueries = 1,
  maxKeys = 3,
  ...options
}: Partial<BatchedLookupsOptions<string>> = {}) {
  const queries: Query[] = [];
  const lookups = new BatchedLookups<string>({
    query: (keys) =>
      new Promise((resolve, reject) => {
        const answerFirst = (first: number, ...there: string[]): void =>
          resolve({ values: new Map(there.map((key) => [key, valueOf(key)])), keys: first });
        const answer = (...there: string[]): void => answerFirst(keys.length, ...there);
        queries.push({ keys, answer, answerFirst, fail: reject });
      }),
    maxQueries,
    maxKeys,
    ...options,
  });
  const find = (key: string, signal = new AbortController().signal): Promise<string | undefined> =>
    lookups.find(key, signal);
  const asked = (): (readonly string[])[] => queries.map(({ keys }) => keys);
  return { queries, find, asked };
}

/** Lets all that can happen without an answer happen. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const outcomeOf = (found: Promise<unknown>): Promise<unknown> => found.catch((error: unknown) => error);

describe('a query that was for the first keys only', () => {
  it('has the others asked next, before those that came later, without those given up', async () => {
    const { queries, find, asked } = handDriven();
    const given = new AbortController();
    const first = find('a');
    const others = [find('b'), outcomeOf(find('c', given.signal)), find('d')];
    const later = find('e');
    queries[0]!.answer('a');
    await first;
    await settled();
    given.abort(new Error('given up'));
    queries[1]!.answerFirst(1, 'b');
    expect(await others[0]).toBe(valueOf('b'));
    expect(await others[1]).toEqual(new Error('given up'));
    expect(asked()).toEqual([['a'], ['b', 'c', 'd'], ['d', 'e']]);
    queries[2]!.answer('d');
    expect(await others[2]).toBe(valueOf('d'));
    expect(await later).toBeUndefined();
  });
});

describe('a look-up', () => {
  it('that comes alone is sent at once', async () => {
    const { queries, find, asked } = handDriven();
    const found = find('a');
    expect(asked()).toEqual([['a']]);
    queries[0]!.answer('a');
    expect(await found).toBe(valueOf('a'));
  });

  it('is sent at once again when nothing is under way any more', async () => {
    const { queries, find, asked } = handDriven();
    const first = find('a');
    queries[0]!.answer('a');
    await first;
    await settled();
    void find('b');
    expect(asked()).toEqual([['a'], ['b']]);
  });

  it('finds nothing where nothing is', async () => {
    const { queries, find } = handDriven();
    const found = find('a');
    queries[0]!.answer();
    expect(await found).toBeUndefined();
  });
});

describe('look-ups while a query is under way', () => {
  it('wait, and go together in the next one, as many as it may have, first come first', async () => {
    const { queries, find, asked } = handDriven({ maxKeys: 3 });
    const found = ['a', 'b', 'c', 'd', 'e'].map((key) => find(key));
    expect(asked()).toEqual([['a']]);
    queries[0]!.answer('a');
    await settled();
    expect(asked()).toEqual([['a'], ['b', 'c', 'd']]);
    queries[1]!.answer('d', 'b');
    await settled();
    expect(asked()).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    queries[2]!.answer('e');
    expect(await Promise.all(found)).toEqual([
      valueOf('a'),
      valueOf('b'),
      undefined,
      valueOf('d'),
      valueOf('e'),
    ]);
  });

  it('do not wait while fewer are under way than may be', async () => {
    const { queries, find, asked } = handDriven({ maxQueries: 2 });
    for (const key of ['a', 'b', 'c', 'd']) void find(key);
    expect(asked()).toEqual([['a'], ['b']]);
    queries[1]!.answer();
    await settled();
    expect(asked()).toEqual([['a'], ['b'], ['c', 'd']]);
  });
});

describe('a query that fails', () => {
  it('fails its own look-ups, and no others', async () => {
    const { queries, find, asked } = handDriven({ maxKeys: 2 });
    const outcomes = ['a', 'b', 'c', 'd'].map((key) => outcomeOf(find(key)));
    queries[0]!.answer('a');
    await settled();
    const error = new Error('the database is away');
    queries[1]!.fail(error);
    await settled();
    expect(asked()).toEqual([['a'], ['b', 'c'], ['d']]);
    queries[2]!.answer('d');
    expect(await Promise.all(outcomes)).toEqual([valueOf('a'), error, error, valueOf('d')]);
  });
});

describe('a query that fails in a way that may pass', () => {
  const passing = new Error('the connection was lost');
  const asksAgain = (error: unknown): boolean => error === passing;

  it('has its look-ups asked for again, before those that came later, without those given up', async () => {
    const { queries, find, asked } = handDriven({ asksAgain });
    const given = new AbortController();
    const first = find('a');
    const others = [find('b'), outcomeOf(find('c', given.signal))];
    queries[0]!.answer('a');
    await first;
    await settled();
    const later = find('d');
    given.abort(new Error('given up'));
    queries[1]!.fail(passing);
    await settled();
    expect(asked()).toEqual([['a'], ['b', 'c'], ['b', 'd']]);
    queries[2]!.answer('b');
    expect(await Promise.all([...others, later])).toEqual([valueOf('b'), new Error('given up'), undefined]);
  });

  it('has them asked for again once only, and those that it is the first failure of', async () => {
    const { queries, find, asked } = handDriven({ asksAgain });
    const first = outcomeOf(find('a'));
    const later = find('b');
    queries[0]!.fail(passing);
    await settled();
    queries[1]!.fail(passing);
    expect(await first).toBe(passing);
    await settled();
    expect(asked()).toEqual([['a'], ['a', 'b'], ['b']]);
    queries[2]!.answer('b');
    expect(await later).toBe(valueOf('b'));
  });

  it('and one that fails in another way does not', async () => {
    const { queries, find, asked } = handDriven({ asksAgain });
    const found = outcomeOf(find('a'));
    const error = new Error('refused');
    queries[0]!.fail(error);
    expect(await found).toBe(error);
    expect(asked()).toEqual([['a']]);
  });
});

describe('a look-up that is given up', () => {
  it('is not asked for while it waits, and its neighbours are', async () => {
    const { queries, find, asked } = handDriven();
    const deadline = new AbortController();
    const [, givenUp, other] = [find('a'), outcomeOf(find('b', deadline.signal)), find('c')];
    const reason = new Error('too late');
    deadline.abort(reason);
    expect(await givenUp).toBe(reason);
    queries[0]!.answer();
    await settled();
    expect(asked()).toEqual([['a'], ['c']]);
    queries[1]!.answer('c');
    expect(await other).toBe(valueOf('c'));
  });

  it('is not waited for once it is asked for', async () => {
    const { queries, find } = handDriven({ maxQueries: 1 });
    const deadline = new AbortController();
    const givenUp = outcomeOf(find('a', deadline.signal));
    const reason = new Error('too late');
    deadline.abort(reason);
    expect(await givenUp).toBe(reason);
    queries[0]!.answer('a');
    await settled();
  });

  it('was never begun when it is too late already', async () => {
    const { find, asked } = handDriven();
    const reason = new Error('too late');
    expect(await outcomeOf(find('a', AbortSignal.abort(reason)))).toBe(reason);
    expect(asked()).toEqual([]);
  });
});
