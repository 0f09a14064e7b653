/**
 * Why a figure changed:
 * - `registered`, `set`, `adjusted`, `imported`: by a caller
 * - `reserved`, `released`: for an order, which holds the pieces or gives them up
 * - `taken`, `returned`: with an order, whose pieces leave the house or come back
 */
export const MOVEMENT_KINDS = [
  'registered',
  'set',
  'adjusted',
  'imported',
  'reserved',
  'released',
  'taken',
  'returned',
] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** What a movement is for. */
export interface MovementCause {
  readonly kind: MovementKind;
  readonly orderUid?: string;
  /** Of the order. */
  readonly contentVersion?: number;
  /** In a caller's words. */
  readonly reason?: string;
  /** The caller, as they call themselves. */
  readonly by?: string | undefined;
  /** Id of the event that caused it. */
  readonly cause?: string;
}

/** One line of the journal: by how much the figures of a thing changed, and what they were then. */
export interface Movement extends MovementCause {
  readonly chrtId: number;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly onHand: number;
  readonly reserved: number;
}

/** A line as the journal has it; what does not apply is null. */
export interface StoredMovement {
  readonly id: number;
  readonly chrtId: number;
  readonly kind: MovementKind;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly onHand: number;
  readonly reserved: number;
  readonly orderUid: string | null;
  readonly contentVersion: number | null;
  readonly reason: string | null;
  readonly by: string | null;
  readonly cause: string | null;
  readonly at: Date;
}
