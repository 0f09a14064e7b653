/** What a list of levels is narrowed down by. */
export interface StockFilter {
  readonly nmId?: number | undefined;
  /** Only what has fewer pieces available. */
  readonly below?: number | undefined;
}
