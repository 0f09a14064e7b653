import type { Movement, MovementCause } from './movement.js';
import { MAX_ON_HAND, type StockLevel } from './stock-level.js';

/** By how much a level is to change. */
export interface StockDelta {
  readonly onHand?: number;
  readonly reserved?: number;
}

/** A change would leave figures that cannot be; whoever asks for it looks before. */
export class ImpossibleLevelError extends Error {
  constructor({ chrtId, onHand, reserved }: StockLevel) {
    super(`chrt_id ${chrtId} would have ${reserved} reserved of ${onHand}`);
    this.name = 'ImpossibleLevelError';
  }
}

/** Whether figures can be: nothing beyond what is there is reserved. */
export const isPossible = ({ onHand, reserved }: Pick<StockLevel, 'onHand' | 'reserved'>): boolean =>
  reserved >= 0 && reserved <= onHand && onHand <= MAX_ON_HAND;

/**
 * Levels that a transaction has locked. Many changes are decided on it one after the other, as if each were alone, and what
 * has come of them is written at once.
 */
export class StockSheet {
  private readonly levels: Map<number, StockLevel>;
  private readonly changed = new Set<number>();
  /** In the order in which they were made. */
  readonly movements: Movement[] = [];

  constructor(locked: readonly StockLevel[]) {
    this.levels = new Map(locked.map((level) => [level.chrtId, level]));
  }

  /** Undefined for what nobody has registered, which is not counted. */
  levelOf(chrtId: number): StockLevel | undefined {
    return this.levels.get(chrtId);
  }

  /** @throws ImpossibleLevelError; TypeError for what is not registered */
  move(chrtId: number, { onHand = 0, reserved = 0 }: StockDelta, cause: MovementCause): void {
    const before = this.levels.get(chrtId);
    if (before === undefined) throw new TypeError(`nobody has registered chrt_id ${chrtId}`);
    this.put({ ...before, onHand: before.onHand + onHand, reserved: before.reserved + reserved }, cause);
  }

  /** Takes a level in as a whole; one that is new has nothing reserved. @throws ImpossibleLevelError */
  put(level: Omit<StockLevel, 'version'>, cause: MovementCause): void {
    if (!isPossible(level)) throw new ImpossibleLevelError({ ...level, version: 0 });
    const { chrtId, onHand, reserved } = level;
    const before = this.levels.get(chrtId);
    this.movements.push({
      ...cause,
      chrtId,
      onHandDelta: onHand - (before?.onHand ?? 0),
      reservedDelta: reserved - (before?.reserved ?? 0),
      onHand,
      reserved,
    });
    this.levels.set(chrtId, { ...level, version: (before?.version ?? 0) + 1 });
    this.changed.add(chrtId);
  }

  /** Takes in a level that has been written already. */
  inserted(level: StockLevel, cause: MovementCause): void {
    const { chrtId, onHand, reserved } = level;
    this.movements.push({ ...cause, chrtId, onHandDelta: onHand, reservedDelta: reserved, onHand, reserved });
    this.levels.set(chrtId, level);
  }

  /** Those that are to be written. */
  changedLevels(): StockLevel[] {
    return Array.from(this.changed, (chrtId) => this.levels.get(chrtId)!);
  }
}
