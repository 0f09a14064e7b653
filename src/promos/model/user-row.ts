import { countCharacters } from '../../platform/validation/storable-text.js';
import { MAX_TEXT_CHARACTERS, type User } from './user.js';
import { isUserId, USER_ID } from './user-id.js';

/** Rows that one file may bring. */
export const MAX_IMPORT_ROWS = 1_000_000;

/** The columns of a file, in any order. */
export const IMPORT_COLUMNS = ['user_id', 'deeplink', 'promo_message'] as const;

/** One row of a file. */
export interface UserRow extends User {
  /** Where it begins in the file, from 1. */
  readonly line: number;
}

/** The user that a row's cells stand for, in the order of the columns and taken as they are, or what is wrong with them. */
export function userRowOf(line: number, cells: readonly string[]): UserRow | string {
  const [user_id = '', deeplink = '', promo_message = ''] = cells;
  const details: string[] = [];
  if (!isUserId(user_id)) details.push(`user_id must be ${USER_ID}`);
  for (const [name, text] of Object.entries({ deeplink, promo_message })) {
    if (hasTooMany(text)) details.push(`${name} must have ${MAX_TEXT_CHARACTERS} characters at most`);
    if (text.includes('\0')) details.push(`${name} must be without NUL (U+0000), which cannot be stored`);
  }
  return details.length > 0 ? details.join('; ') : { line, user_id, deeplink, promo_message };
}

/** A text has no more characters than UTF-16 units, which take no counting. */
const hasTooMany = (text: string): boolean =>
  text.length > MAX_TEXT_CHARACTERS && countCharacters(text) > MAX_TEXT_CHARACTERS;
