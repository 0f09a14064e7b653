import { Injectable } from '@nestjs/common';
import { BatchTable, column, JSONB, TEXT } from '../../platform/database/batch-table.js';
import type { Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { ParcelMarks } from '../model/parcel.js';

type MarkedParcel = readonly [trackNumber: string, marks: ParcelMarks];

const MARKED = new BatchTable<MarkedParcel>('tracking.parcels', [
  column('track_number', TEXT, ([trackNumber]) => trackNumber),
  column('marks', JSONB, ([, marks]) => JSON.stringify(marks)),
]);

/**
 * A row that is there already is locked and not written: that is what DO UPDATE does with one that its WHERE leaves out. One
 * statement does both, in the order of the keys: a row that is made and one that is locked are waited for alike.
 */
const LOCK = prepared(`
  INSERT INTO tracking.parcels (track_number)
  SELECT e.track_number FROM unnest($1::text[]) AS e(track_number) ORDER BY e.track_number COLLATE "C"
  ON CONFLICT (track_number) DO UPDATE SET marks = parcels.marks WHERE false`);

const MARKS = prepared(`
  SELECT track_number, marks FROM tracking.parcels
  WHERE track_number = ANY (ARRAY(SELECT unnest($1::text[]))) AND marks IS NOT NULL`);

const SAVE = prepared(`
  UPDATE tracking.parcels p SET marks = e.marks FROM ${MARKED.unnested('e')} WHERE p.track_number = e.track_number`);

/** Parcels in PostgreSQL: one row a track number, whether an event or an order named it first. */
@Injectable()
export class ParcelRepository {
  /**
   * Holds parcels until the transaction ends, in the order of their track numbers. A transaction locks all of its parcels
   * at once, and before any order.
   *
   * @param trackNumbers each once
   */
  async lock(tx: Transaction, trackNumbers: readonly string[]): Promise<void> {
    if (trackNumbers.length > 0) await tx.query(LOCK, [trackNumbers]);
  }

  /** Of those parcels that events have come of. */
  async marksOf(tx: Transaction, trackNumbers: readonly string[]): Promise<Map<string, ParcelMarks>> {
    if (trackNumbers.length === 0) return new Map();
    const rows: { track_number: string; marks: ParcelMarks }[] = await tx.query(MARKS, [trackNumbers]);
    return new Map(rows.map(({ track_number, marks }) => [track_number, marks]));
  }

  /** Of parcels that the transaction holds. */
  async save(tx: Transaction, marked: readonly MarkedParcel[]): Promise<void> {
    if (marked.length > 0) await tx.query(SAVE, MARKED.arraysOf(marked));
  }
}
