import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type BearerToken, parseToken, TokenError } from './bearer-token.js';

const LIMIT_MS = 10_000;
const MOST_BYTES = 65_536;
/** What a command has printed is there soon after its end, also where something that it has started holds its output open. */
const LAST_OUTPUT_MS = 250;

/** Node's types have it that there always is a standard output. */
type TokenProcess = Omit<ChildProcess, 'stdout'> & { readonly stdout: Readable | null | undefined };

/**
 * Has a command print a token. It runs in a process group of its own, so that what it has started ends with it.
 *
 * @param setting what the command is the value of, as the operator has written it
 * @param variables its environment
 * @throws TokenError
 */
export async function runTokenCommand(
  command: string,
  setting: string,
  variables: NodeJS.ProcessEnv,
  limitMs = LIMIT_MS,
): Promise<BearerToken> {
  const source = `the command of ${setting}`;
  const child = start(command, variables, source);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let lastOutput: NodeJS.Timeout | undefined;
  try {
    const status = await new Promise<string>((resolve, reject) => {
      // Where no process can be made, such as for want of open files, there is no standard output either.
      child.on('error', ({ message }) => reject(cannotBeStarted(source, message)));
      timer = setTimeout(
        () =>
          reject(
            new TokenError(`${source} does not end within ${limitMs / 1_000} s: expected a token by then`),
          ),
        limitMs,
      );
      child.stdout?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) chunks.push(chunk);
        else reject(new TokenError(`${source} prints more than ${MOST_BYTES} bytes: expected a token alone`));
      });
      const ended = (code: number | null, signal: string | null): void => resolve(signal ?? String(code));
      child.on('close', ended);
      child.on('exit', (code, signal) => {
        lastOutput = setTimeout(() => ended(code, signal), LAST_OUTPUT_MS);
      });
    });
    if (status !== '0') {
      throw new TokenError(`${source} ends with ${status}: run it by hand as this user to see what it says`);
    }
    return parseToken(Buffer.concat(chunks).toString('utf8'), source);
  } finally {
    clearTimeout(timer);
    clearTimeout(lastOutput);
    endGroup(child.pid);
    child.stdout?.destroy();
  }
}

/** Node throws some of what the system says, and tells the rest by an event. */
function start(command: string, env: NodeJS.ProcessEnv, source: string): TokenProcess {
  try {
    return spawn('/bin/sh', ['-c', command], { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    throw cannotBeStarted(source, (error as Error).message);
  }
}

const cannotBeStarted = (source: string, message: string): TokenError =>
  new TokenError(`${source} cannot be started (${message}): see what this system has run out of`);

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // None of it is left.
  }
}
