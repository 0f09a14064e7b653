import { describe, expect, it } from 'vitest';
import { runCheck } from './check.js';

const LIMIT_MS = 20;

describe('a check', () => {
  it('tells what it finds, and what it throws, a line each', async () => {
    const found = await runCheck(
      {
        subject: 'kafka',
        run(findings) {
          findings.ok('it is there');
          findings.warn('it is old:\n  look at it');
          throw new Error('no route to it');
        },
      },
      LIMIT_MS,
    );
    expect(found).toEqual([
      { verdict: 'ok', subject: 'kafka', text: 'it is there' },
      { verdict: 'warn', subject: 'kafka', text: 'it is old: | look at it' },
      { verdict: 'fail', subject: 'kafka', text: 'no route to it' },
    ]);
  });

  it('fails when it comes to no end, with what it has found by then', async () => {
    const found = await runCheck(
      {
        subject: 'redis',
        run(findings) {
          findings.ok('it is there');
          return new Promise(() => undefined);
        },
      },
      LIMIT_MS,
    );
    expect(found.map(({ verdict }) => verdict)).toEqual(['ok', 'fail']);
    expect(found[1]!.text).toMatch(/no end of it within 0\.02 s/);
  });

  it('names an error that has no message of its own by its parts or its code', async () => {
    const textOf = async (error: unknown): Promise<string> => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever is thrown has a text
      const [finding] = await runCheck({ subject: 'http', run: () => Promise.reject(error) }, LIMIT_MS);
      return finding!.text;
    };
    expect(await textOf(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]))).toBe(
      'connect ECONNREFUSED ::1:1',
    );
    expect(await textOf(Object.assign(new Error(''), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
    expect(await textOf(new TypeError(''))).toBe('TypeError');
  });
});
