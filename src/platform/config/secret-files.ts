import { closeSync, openSync, readSync } from 'node:fs';
import type { SettingForm } from './setting-form.js';

const SUFFIX = '_FILE';
/** A password has a few dozen bytes, and a URL a few hundred; what is longer is another file. */
const MOST_BYTES = 65_536;

/**
 * What a file holds, without the end of its last line. It is read in one go and at once: it is small, and on this machine.
 *
 * @returns undefined for a file that is empty or too long
 * @throws what the system says, such as ENOENT
 */
export function readSecretFile(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    const length = readSync(file, bytes);
    if (length > MOST_BYTES) return undefined;
    return bytes.toString('utf8', 0, length).replace(/\r?\n$/, '') || undefined;
  } finally {
    closeSync(file);
  }
}

/** A secret as the path of a file that holds it, as Docker and Kubernetes hand secrets over. */
export const CONTENT_OF_FILE: SettingForm = {
  name: 'path of a file that holds it',
  expected: `the path of a file that can be read, and holds 1 to ${MOST_BYTES} bytes`,
  read(path) {
    try {
      return readSecretFile(path);
    } catch {
      return undefined;
    }
  },
};

/** The variable that names the file of a secret: DB_PASSWORD_FILE. */
export const fileVariableOf = (secret: string): string => `${secret}${SUFFIX}`;
