import { describe, expect, it } from 'vitest';
import { runTokenCommand } from './token-command.js';

const SETTING = 'KAFKA_SASL_OAUTH_COMMAND';

describe('a token from a command', () => {
  it('is what the command prints', async () => {
    expect(await runTokenCommand('echo abc', SETTING)).toEqual({ value: 'abc', lifetimeMs: undefined });
  });

  it.each<[command: string, line: RegExp]>([
    ['echo secret; exit 3', /^the command of KAFKA_SASL_OAUTH_COMMAND ends with 3: run it by hand/],
    ['true', /gives no token/],
    ['head -c 70000 /dev/zero | tr "\\0" a', /prints more than 65536 bytes/],
    ['echo not a token', /is no token/],
  ])('says in one line what is wrong: %s', async (command, line) => {
    await expect(runTokenCommand(command, SETTING)).rejects.toThrow(line);
  });

  it('is not waited for without an end, also where something holds its output open', async () => {
    const started = performance.now();
    await expect(runTokenCommand('sleep 30 & sleep 30', SETTING, 100)).rejects.toThrow(
      /does not end within 0\.1 s/,
    );
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
