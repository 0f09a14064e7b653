import { etagOf, MAX_ON_HAND, type StockLevel } from './stock-level.js';
import { isPossible, type StockSheet } from './stock-sheet.js';

/** A caller's count of a thing, which registers it where it is new. */
export interface CountChange {
  readonly kind: 'count';
  readonly chrtId: number;
  readonly nmId: number;
  readonly onHand: number;
  /** ETags of which the level has to have one; with `*` it has to be there. */
  readonly ifMatch?: '*' | readonly string[];
  /** Whether it stood in a file. */
  readonly imported?: true;
  readonly by?: string | undefined;
}

export interface AdjustmentChange {
  readonly kind: 'adjustment';
  readonly chrtId: number;
  readonly delta: number;
  readonly reason: string;
  readonly by?: string | undefined;
}

export type StockChange = CountChange | AdjustmentChange;

/** What became of a change; `level` is as it is after it, undefined for what is not registered. */
export interface StockReceipt {
  readonly chrtId: number;
  readonly outcome:
    'registered' | 'changed' | 'unchanged' | 'mismatched' | 'unregistered' | 'below reserved' | 'too many';
  readonly level?: StockLevel | undefined;
}

/** Makes a change on a sheet, or says why it cannot be made. */
export function apply(change: StockChange, sheet: StockSheet): StockReceipt {
  return change.kind === 'count' ? applyCount(change, sheet) : applyAdjustment(change, sheet);
}

function applyCount(change: CountChange, sheet: StockSheet): StockReceipt {
  const { chrtId, nmId, onHand, ifMatch, imported, by } = change;
  const level = sheet.levelOf(chrtId);
  if (ifMatch !== undefined && (level === undefined || !matches(ifMatch, level)))
    return { chrtId, outcome: 'mismatched', level };
  if (level === undefined) {
    sheet.put({ chrtId, nmId, onHand, reserved: 0 }, { kind: imported ? 'imported' : 'registered', by });
    return { chrtId, outcome: 'registered', level: sheet.levelOf(chrtId) };
  }
  if (level.nmId === nmId && level.onHand === onHand) return { chrtId, outcome: 'unchanged', level };
  if (onHand < level.reserved) return { chrtId, outcome: 'below reserved', level };
  sheet.put({ chrtId, nmId, onHand, reserved: level.reserved }, { kind: imported ? 'imported' : 'set', by });
  return { chrtId, outcome: 'changed', level: sheet.levelOf(chrtId) };
}

function applyAdjustment({ chrtId, delta, reason, by }: AdjustmentChange, sheet: StockSheet): StockReceipt {
  const level = sheet.levelOf(chrtId);
  if (level === undefined) return { chrtId, outcome: 'unregistered' };
  const onHand = level.onHand + delta;
  if (onHand > MAX_ON_HAND) return { chrtId, outcome: 'too many', level };
  if (!isPossible({ onHand, reserved: level.reserved })) return { chrtId, outcome: 'below reserved', level };
  sheet.move(chrtId, { onHand: delta }, { kind: 'adjusted', reason, by });
  return { chrtId, outcome: 'changed', level: sheet.levelOf(chrtId) };
}

const matches = (ifMatch: '*' | readonly string[], level: StockLevel): boolean =>
  ifMatch === '*' || ifMatch.includes(etagOf(level));
