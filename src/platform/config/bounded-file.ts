import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Of a pipe nobody knows when it is written to, and of a device where it ends: reading one would stop the whole process. */
const NOT_A_FILE = 'not a regular file';

/**
 * Reads a small file at once, and waits for nobody.
 *
 * @returns undefined for a file that is longer than that
 * @throws what the system says, with a `code` such as ENOENT
 */
export function readBoundedFile(path: string, mostBytes: number): Buffer | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    // Reading a directory fails by itself, with a code of its own.
    if (!stats.isFile() && !stats.isDirectory()) {
      throw Object.assign(new Error(NOT_A_FILE), { code: NOT_A_FILE });
    }
    if (stats.size > mostBytes) return undefined;
    const bytes = readFileSync(file);
    return bytes.length > mostBytes ? undefined : bytes;
  } finally {
    closeSync(file);
  }
}
