export const MAX_DEAD_LETTER_ID = Number.MAX_SAFE_INTEGER;

/** The id that a text is, or undefined where no letter can have it. */
export function parseDeadLetterId(text: string): number | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_DEAD_LETTER_ID ? id : undefined;
}
