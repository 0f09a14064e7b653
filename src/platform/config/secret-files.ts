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
 * @throws Error which says why it is no secret, as in `which cannot be read (ENOENT)`
 */
export function readSecretFile(path: string): string {
  let bytes: Buffer | undefined;
  try {
    bytes = readRegularFile(path, MOST_BYTES);
  } catch (error) {
    throw new Error(`which cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
  if (bytes === undefined) throw new Error('which is too long');
  if (!isUtf8(bytes)) throw new Error('which is not UTF-8');
  const text = UTF_8.decode(bytes).replace(/\r?\n$/, '');
  if (text === '') throw new Error('which is empty');
  return text;
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

/** Why {@link CONTENT_OF_FILE} could not be read. */
export function whyNoSecret(path: string): string {
  try {
    readSecretFile(path);
    return 'which could not be read a moment ago';
  } catch (error) {
    return (error as Error).message;
  }
}

/** The variable that names the file of a secret: DB_PASSWORD_FILE. */
export const fileVariableOf = (secret: string): string => `${secret}${SUFFIX}`;
