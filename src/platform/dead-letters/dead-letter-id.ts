/** Header of a replayed event: the id of the letter that it was, so that it is the same letter if it fails again. */
export const DEAD_LETTER_ID_HEADER = 'waybill_dead_letter_id';

export const MAX_DEAD_LETTER_ID = Number.MAX_SAFE_INTEGER;

/** The id that a text is, or undefined where no letter can have it. */
export function parseDeadLetterId(text: string): number | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_DEAD_LETTER_ID ? id : undefined;
}
