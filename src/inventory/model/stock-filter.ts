/** What a list of levels is narrowed down by. */
export interface StockFilter {
  readonly nmId?: number | undefined;
  /** Only what has fewer pieces available. */
  readonly below?: number | undefined;
}

/** What a list of levels is sorted by: `available` has what there is least of first. */
export const STOCK_ORDERS = ['chrt_id', 'available'] as const;
export type StockOrder = (typeof STOCK_ORDERS)[number];

/** Where in a list a level stands; `available` only where the list is sorted by it. */
export interface StockPlace {
  readonly available?: number;
  readonly chrtId: number;
}
