import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Command } from '../pinning.js';

/**
 * Runs a program to its end, with `input` on its standard input.
 *
 * @returns its standard output
 * @throws Error with what it wrote on standard error when it fails
 */
export async function outputOf([program, ...args]: Command, input = ''): Promise<string> {
  const child = spawn(program, args, { stdio: 'pipe' });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
    // One that ends early breaks the pipe; its exit code says more.
    child.stdin.on('error', () => undefined).end(input);
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) throw new Error(`${program} ended with code ${code}:\n${output}${errors}`);
    return output;
  } finally {
    process.off('exit', kill);
  }
}

/** The last line of an output, which is JSON. */
export function lastLine<T>(output: string): T {
  return JSON.parse(output.trimEnd().split('\n').at(-1)!) as T;
}
