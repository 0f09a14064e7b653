import { randomUUID } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const SUFFIX = '.tmp';
/** Nothing is written for so long: who began it is dead. Its process id says nothing, since it may be of another container. */
const ABANDONED_MS = 3_600_000;

/** @returns a name beside the file that no other process, and no other call, has */
export function temporaryNameOf(path: string): string {
  return `${path}.${randomUUID()}${SUFFIX}`;
}

/** Removes what processes have left behind that were killed while they wrote the file. */
export async function removeAbandoned(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) continue;
    const leftover = join(dirname(path), name);
    // Gone meanwhile: its process was not dead, or another one was faster.
    const found = await stat(leftover).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(leftover, { force: true });
  }
}

/** Without it a power loss could undo a rename. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
