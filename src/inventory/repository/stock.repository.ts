import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { MovementCause } from '../model/movement.js';
import type { StockLevel } from '../model/stock-level.js';
import { StockSheet } from '../model/stock-sheet.js';
import {
  arraysOfLevels,
  BELOW_RESERVED,
  INSERT_NEW_LEVELS,
  insertionOf,
  LEVEL_FIELDS,
  LOCK_LEVELS,
  UPDATE_LEVELS,
} from './stock.sql.js';

/** A row that is about to be filled; it is in no state that anybody sees. */
const EMPTY: Omit<StockLevel, 'chrtId'> = { nmId: 0, onHand: 0, reserved: 0, version: 0 };

/** Levels of stock in PostgreSQL, always together with the journal of what moved them. */
@Injectable()
export class StockRepository {
  constructor(private readonly database: Database) {}

  /** Holds those of the things that are registered, for the changes of this transaction. */
  async lock(tx: Transaction, chrtIds: Iterable<number>): Promise<StockSheet> {
    const ids = [...new Set(chrtIds)];
    return new StockSheet(ids.length === 0 ? [] : await tx.query<StockLevel[]>(LOCK_LEVELS, [ids]));
  }

  /** As {@link lockOrMake}, but what is new is written whole, and is on the sheet already: half of the writes. */
  async lockOrInsert(
    tx: Transaction,
    levels: readonly StockLevel[],
    cause: MovementCause,
  ): Promise<StockSheet> {
    const made = await this.insertNew(tx, levels);
    const isNew = ({ chrtId }: StockLevel): boolean => made.has(chrtId);
    const others = levels.filter((level) => !isNew(level));
    const sheet = await this.lock(
      tx,
      others.map(({ chrtId }) => chrtId),
    );
    for (const level of levels.filter(isNew)) sheet.inserted(level, cause);
    return sheet;
  }

  /** Writes the changes of a sheet. */
  async write(tx: Transaction, sheet: StockSheet): Promise<void> {
    const changed = sheet.changedLevels();
    if (changed.length > 0) await tx.query(UPDATE_LEVELS, arraysOfLevels(changed));
    if (sheet.movements.length === 0) return;
    const [statement, parameters] = insertionOf(sheet.movements);
    await tx.query(statement, parameters);
  }

  /**
   * As {@link lock}, for callers that may register things: what is not there yet is new on the sheet, and nobody else can
   * register it until the transaction ends. Each of `fresh` has to be put onto the sheet.
   */
  async lockOrMake(tx: Transaction, chrtIds: Iterable<number>, fresh: Iterable<number>): Promise<StockSheet> {
    const empty = Array.from(new Set(fresh), (chrtId) => ({ ...EMPTY, chrtId }));
    const made = await this.insertNew(tx, empty);
    return this.lock(
      tx,
      Array.from(chrtIds).filter((chrtId) => !made.has(chrtId)),
    );
  }

  /** The places in a list of counts, from 0, of those that are below what is reserved. */
  async placesBelowReserved(counts: readonly StockLevel[]): Promise<number[]> {
    const rows: { place: number }[] = await this.database.source.query(
      BELOW_RESERVED,
      arraysOfLevels(counts),
    );
    return rows.map(({ place }) => place - 1);
  }

  private async insertNew(tx: Transaction, levels: readonly StockLevel[]): Promise<Set<number>> {
    if (levels.length === 0) return new Set();
    const rows: { chrt_id: number }[] = await tx.query(INSERT_NEW_LEVELS, arraysOfLevels(levels));
    return new Set(rows.map(({ chrt_id }) => chrt_id));
  }

  /** Undefined for what nobody has registered. */
  async find(chrtId: number): Promise<StockLevel | undefined> {
    const [level] = await this.database.source.query<StockLevel[]>(
      `SELECT ${LEVEL_FIELDS} FROM inventory.stock WHERE chrt_id = $1`,
      [chrtId],
    );
    return level;
  }
}
