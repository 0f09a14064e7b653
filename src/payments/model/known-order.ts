/** What is known of an order, from its own announcements. */
export interface KnownOrder {
  /** The highest that was heard. */
  readonly version: number;
  readonly contentVersion: number;
  /** The order's life, such as `received`; undefined where only an older program has told of it. */
  readonly status: string | undefined;
  /** Minor units of the currency. */
  readonly amount: number;
  readonly currency: string;
}

/**
 * What is known once news of an order has come; undefined where that says nothing new. A program of an older version tells
 * `updated` in place of the order's life, which is then as it was.
 */
export function orderAfter(known: KnownOrder | undefined, news: KnownOrder): KnownOrder | undefined {
  if (known === undefined) return news;
  if (news.version <= known.version) return undefined;
  const after = { ...news, status: news.status ?? known.status };
  return isSame(after, known) ? undefined : after;
}

/** Most versions of an order change what others keep. Content and life never come back, so none in between is missed. */
const isSame = (one: KnownOrder, other: KnownOrder): boolean =>
  one.contentVersion === other.contentVersion &&
  one.status === other.status &&
  one.amount === other.amount &&
  one.currency === other.currency;
