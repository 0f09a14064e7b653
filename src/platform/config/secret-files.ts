import { isUtf8 } from 'node:buffer';
import { readRegularFile } from './regular-file.js';
import type { SettingForm } from './setting-form.js';

const SUFFIX = '_FILE';
/** A password has a few dozen bytes, and a URL a few hundred; what is longer is another file. */
const MOST_BYTES = 65_536;

/** Without the mark that editors of Windows put in front. */
const UTF_8 = new TextDecoder('utf-8');

/**
 * What a file holds, without the end of its last line, and without the byte order mark that some editors begin UTF-8 with.
 *
 * @returns undefined for a file that is empty, too long, or not UTF-8
 * @throws what the system says, such as ENOENT
 */
export function readSecretFile(path: string): string | undefined {
  const bytes = readRegularFile(path, MOST_BYTES);
  if (bytes === undefined || !isUtf8(bytes)) return undefined;
  return UTF_8.decode(bytes).replace(/\r?\n$/, '') || undefined;
}

/** A secret as the path of a file that holds it, as Docker and Kubernetes hand secrets over. */
export const CONTENT_OF_FILE: SettingForm = {
  name: 'path of a file that holds it',
  expected: `the path of a file that can be read, and holds 1 to ${MOST_BYTES} bytes of UTF-8`,
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
