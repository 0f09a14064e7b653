import { describe, expect, it } from 'vitest';
import { eventually, NotInTimeError } from './eventually.js';

describe('eventually', () => {
  it('returns what the check returns once it no longer throws', async () => {
    let tries = 0;
    const value = await eventually(() => {
      tries += 1;
      if (tries < 3) throw new Error('too early');
      return 'there';
    });
    expect([value, tries]).toEqual(['there', 3]);
  });

  it('returns what is falsy, too', async () => {
    expect(await eventually(() => undefined)).toBeUndefined();
  });

  it('fails with the last error', async () => {
    let tries = 0;
    const waiting = eventually(
      () => {
        throw new Error(`try ${(tries += 1)}`);
      },
      { timeoutMs: 60 },
    );
    const error = await waiting.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotInTimeError);
    expect(tries).toBeGreaterThan(1);
    expect((error as Error).message).toBe(`not within 60 ms: try ${tries}`);
  });

  it('does not wait for a check that hangs', async () => {
    await expect(eventually(() => new Promise(() => undefined), { timeoutMs: 30 })).rejects.toThrow(
      NotInTimeError,
    );
  });
});
