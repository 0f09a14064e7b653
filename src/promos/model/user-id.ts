const USER_ID_PATTERN = /^[A-Za-z0-9_-]{1,20}$/;

/** As it is told, behind "must be". */
export const USER_ID = '1 to 20 letters, digits, _ and -';
export const USER_ID_SCHEMA = { type: 'string', pattern: USER_ID_PATTERN.source } as const;

/** Whether a text is the id of a user, to the letter: nothing is trimmed. */
export const isUserId = (text: string): boolean => USER_ID_PATTERN.test(text);
