import { invalidParameter } from '../../platform/http/invalid-request.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import { type ProblemContent } from '../../platform/http/problem.js';
import type { Answer } from '../../platform/http/answer.js';
import { etagOf } from '../model/user-etag.js';
import { isUserId, USER_ID } from '../model/user-id.js';
import { encodeUser } from '../model/user-json.js';
import type { UserReceipt } from '../model/user-receipt.js';
import type { User } from '../model/user.js';
import { USERS_PATH } from './lookup-answer.js';

/** @throws ProblemError 400 for an id that no user can have */
export function requireUserId(text: string): string {
  if (isUserId(text)) return text;
  const detail = `must be ${USER_ID}`;
  throw invalidParameter('user_id', detail);
}

/** The answer to a change. @param url as it was asked for */
export function changeAnswer(userId: string, receipt: UserReceipt, url: string): Answer {
  switch (receipt.outcome) {
    case 'created':
      return storedAnswer(201, receipt.user, ['location', `${USERS_PATH}?user_id=${userId}`]);
    case 'stored':
      return storedAnswer(200, receipt.user);
    case 'removed':
      return { status: 204, headers: ['cache-control', 'no-store'] };
    case 'absent':
      return problemAnswer({ status: 404, message: `there is no user ${userId}` }, url);
    case 'mismatched':
      return problemAnswer(mismatched(userId, receipt.user), url);
  }
}

function storedAnswer(status: number, user: User, more: readonly string[] = []): Answer {
  return {
    status,
    // prettier-ignore
    headers: [
      ...more,
      'etag', etagOf(user),
      'cache-control', 'no-store',
      'content-type', 'application/json; charset=utf-8',
    ],
    body: encodeUser(user),
  };
}

/** The 412 carries the current ETag, so that the caller can read, decide and try again. */
function mismatched(userId: string, user: User | undefined): ProblemContent {
  if (user === undefined) {
    const detail = 'names a user that is not there';
    return { status: 412, message: `there is no user ${userId}`, errors: [{ path: 'If-Match', detail }] };
  }
  const etag = etagOf(user);
  const detail = `does not name the ETag that the user has now, ${etag}`;
  return {
    status: 412,
    message: `If-Match ${detail}`,
    errors: [{ path: 'If-Match', detail }],
    headers: { etag },
  };
}
