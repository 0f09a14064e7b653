/** What support has noted of an order. */
export interface OrderNote {
  /** Grows from note to note of its order, from 1. */
  readonly id: number;
  readonly text: string;
  readonly author: string;
  /** RFC 3339 in UTC to the microsecond. */
  readonly created_at: string;
}

export const MAX_NOTE_CHARACTERS = 2_000;
export const MAX_AUTHOR_CHARACTERS = 100;
/** Of one order: more than anybody reads, and a bound for who writes them by mistake. */
export const MAX_NOTES = 500;

/** What became of a note that was to be kept. */
export type NoteReceipt =
  | { readonly outcome: 'kept'; readonly note: OrderNote }
  | { readonly outcome: 'absent' | 'full'; readonly note?: undefined };
