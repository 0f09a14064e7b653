import { isUserId } from '../model/user-id.js';

const NAME = 'user_id';

/** A part of a query as HTML forms write it; undefined for escapes that stand for no text. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/**
 * The id that a URL asks for: that of the first `user_id` in its query, to the letter.
 *
 * @returns undefined where there is none, or what no user can have
 */
export function userIdOf(url: string): string | undefined {
  const start = url.indexOf('?');
  const pairs = start < 0 ? [] : url.slice(start + 1).split('&');
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (decoded(name) !== NAME) continue;
    const userId = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    return userId !== undefined && isUserId(userId) ? userId : undefined;
  }
  return undefined;
}
