import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { TokenError } from './bearer-token.js';
import { runTokenCommand } from './token-command.js';

vi.mock(import('node:child_process'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, spawn: vi.fn(original.spawn) as unknown as typeof spawn };
});

const SETTING = 'KAFKA_SASL_OAUTH_COMMAND';

describe('a token from a command', () => {
  it('is what the command prints', async () => {
    expect(await runTokenCommand('echo abc', SETTING, process.env)).toEqual({
      value: 'abc',
      lifetimeMs: undefined,
    });
  });

  it.each<[command: string, line: RegExp]>([
    ['echo secret; exit 3', /^the command of KAFKA_SASL_OAUTH_COMMAND ends with 3: run it by hand/],
    ['true', /gives no token/],
    ['head -c 70000 /dev/zero | tr "\\0" a', /prints more than 65536 bytes/],
    ['echo not a token', /is no token/],
  ])('says in one line what is wrong: %s', async (command, line) => {
    await expect(runTokenCommand(command, SETTING, process.env)).rejects.toThrow(line);
  });

  it.each(['by an event', 'by throwing'])(
    'says that no process can be made, as Node tells it %s',
    async (how) => {
      const noFiles = new Error('spawn /bin/sh EMFILE');
      vi.mocked(spawn).mockImplementationOnce(() => {
        if (how === 'by throwing') throw noFiles;
        // Node makes no standard output then.
        const child = new EventEmitter() as ReturnType<typeof spawn>;
        process.nextTick(() => child.emit('error', noFiles));
        return child;
      });
      const failed = runTokenCommand('echo abc', SETTING, process.env);
      await expect(failed).rejects.toThrow(TokenError);
      await expect(failed).rejects.toThrow(
        /^the command of KAFKA_SASL_OAUTH_COMMAND cannot be started \(spawn \/bin\/sh EMFILE\)/,
      );
    },
  );

  it('is taken as soon as the command has ended, also where what it has started holds its output open', async () => {
    const command = 'sleep 30 & echo abc';
    expect(await runTokenCommand(command, SETTING, process.env, 20_000)).toMatchObject({ value: 'abc' });
  });

  it('is asked for in the environment that it is given, and no other', async () => {
    const token = await runTokenCommand('echo "${HANDED-none}.${HOME-none}"', SETTING, { HANDED: 'abc' });
    expect(token.value).toBe('abc.none');
  });

  it('is not waited for without an end, also where something holds its output open', async () => {
    const started = performance.now();
    await expect(runTokenCommand('sleep 30 & sleep 30', SETTING, process.env, 100)).rejects.toThrow(
      /does not end within 0\.1 s/,
    );
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
