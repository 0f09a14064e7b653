import { spawn } from 'node:child_process';
import { type BearerToken, parseToken, TokenError } from './bearer-token.js';

const LIMIT_MS = 10_000;
const MOST_BYTES = 65_536;

/**
 * Has a command print a token. It runs in a process group of its own, so that what it has started ends with it.
 *
 * @param setting what the command is the value of, as the operator has written it
 * @throws TokenError
 */
export async function runTokenCommand(
  command: string,
  setting: string,
  limitMs = LIMIT_MS,
): Promise<BearerToken> {
  const source = `the command of ${setting}`;
  const child = spawn('/bin/sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  try {
    const status = await new Promise<string>((resolve, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new TokenError(`${source} does not end within ${limitMs / 1_000} s: expected a token by then`),
          ),
        limitMs,
      );
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) chunks.push(chunk);
        else reject(new TokenError(`${source} prints more than ${MOST_BYTES} bytes: expected a token alone`));
      });
      child.on('error', ({ message }) => reject(new TokenError(`${source} cannot be started (${message})`)));
      child.on('close', (code, signal) => resolve(signal ?? String(code)));
    });
    if (status !== '0') {
      throw new TokenError(`${source} ends with ${status}: run it by hand as this user to see what it says`);
    }
    return parseToken(Buffer.concat(chunks).toString('utf8'), source);
  } finally {
    clearTimeout(timer);
    endGroup(child.pid);
    child.stdout.destroy();
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // None of it is left.
  }
}
