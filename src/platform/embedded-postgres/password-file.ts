import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hasCode } from './system-errors.js';

const PASSWORD_BYTES = 24;

export interface KeptPassword {
  password: string;
  /** It was made now: a cluster that exists does not have it yet, and must be given it. */
  isNew: boolean;
}

/**
 * The password of the embedded cluster: the one kept in `path`, or a new random one that is kept there, readable
 * to us alone, before anyone uses it.
 */
export async function keepPassword(path: string): Promise<KeptPassword> {
  const kept = await readPassword(path);
  if (kept !== undefined) return { password: kept, isNew: false };

  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const draft = `${path}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, password, { mode: 0o600, flag: 'wx', flush: true });
  try {
    // Unlike a rename, a link never replaces: of two processes that start at once, both use the first one's.
    await link(draft, path);
    return { password, isNew: true };
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    return await keepPassword(path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Undefined when there is none. An empty file, as a machine that lost power may leave, is removed. */
async function readPassword(path: string): Promise<string | undefined> {
  try {
    const password = (await readFile(path, 'utf8')).trim();
    if (password !== '') return password;
    await rm(path);
    return undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
