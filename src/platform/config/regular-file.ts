import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Whoever opens a pipe waits for somebody to write into it otherwise, and all of the program with it. */
const WITHOUT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * What a file that settings name holds. It is read in one go and at once: it is small, and on this machine.
 *
 * @returns undefined for one of more than `mostBytes`
 * @throws what the system says, such as ENOENT, and ENOTREG for what may have no end, such as a pipe or /dev/zero
 */
export function readRegularFile(path: string, mostBytes: number): Buffer | undefined {
  const file = openSync(path, WITHOUT_WAITING);
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw withCode('EISDIR');
    if (!stats.isFile()) throw withCode('ENOTREG');
    return stats.size > mostBytes ? undefined : readFileSync(file);
  } finally {
    closeSync(file);
  }
}

const withCode = (code: string): Error => Object.assign(new Error(`no regular file (${code})`), { code });
