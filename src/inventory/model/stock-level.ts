/** What there is of a thing that can be ordered. Kept as `0 <= reserved <= onHand`, so that `available` is never negative. */
export interface StockLevel {
  readonly chrtId: number;
  readonly nmId: number;
  /** Pieces that are in the house, those that are reserved included. */
  readonly onHand: number;
  readonly reserved: number;
  /** Grows with each change, from 1. */
  readonly version: number;
}

/** Far beyond any warehouse, and far within what JavaScript counts exactly. */
export const MAX_ON_HAND = 1_000_000_000_000;

export const availableOf = ({ onHand, reserved }: StockLevel): number => onHand - reserved;

/**
 * The ETag of a level. The figures stand in it beside the version, since a database that was made anew counts its versions
 * from 1 again.
 */
export const etagOf = ({ version, onHand, reserved }: StockLevel): string =>
  `"v${version}-${onHand}-${reserved}"`;
