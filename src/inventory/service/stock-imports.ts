import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Database } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { Failures } from '../../platform/failures/failures.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { type LineFault, MAX_LINE_FAULTS } from '../../platform/import-file/import-format.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { retryUntilDone } from '../../platform/messaging/backoff.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import type { ImportRow } from '../model/import-row.js';
import { apply, type StockReceipt } from '../model/stock-change.js';
import { StockRepository } from '../repository/stock.repository.js';
import type { ImportRows } from './import-rows.js';
import { readStockFile } from './stock-file.js';

const IMPORTED = 'waybill_inventory_imported_rows_total';
/** A transaction holds its levels for some 20 ms then, which is as long as an order may have to wait for it. */
const ROWS_A_TRANSACTION = 500;
const ROWS_A_LOOK = 10_000;

export const STOCK_IMPORT_METRICS: Provider[] = [
  counterProvider({
    name: IMPORTED,
    help: 'Rows of files that were applied to the stock. Look when it stands still while a file is being imported',
  }),
];

/** A file that was applied. */
export interface ImportDone {
  readonly outcome: 'applied';
  readonly rows: number;
  readonly registered: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Rows of things of which more was reserved while the file was being applied; they are as they were. */
  readonly refused: readonly LineFault[];
}

/** A file of which nothing was applied: its lines are at fault, or at odds with what is reserved. */
export interface ImportRefused {
  readonly outcome: 'invalid' | 'below reserved';
  readonly faults: readonly LineFault[];
}

/**
 * Files of counts. A file is read and checked as a whole, and then applied in short transactions, between which orders have
 * their turn: a thing has its old count or its new one, and a file that was stopped in the middle can be sent again.
 */
@Injectable()
export class StockImports {
  private readonly stopping = new AbortController();
  private isUnderWay = false;

  constructor(
    private readonly database: Database,
    private readonly stock: StockRepository,
    private readonly failures: Failures,
    @InjectMetric(IMPORTED) private readonly imported: Counter,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain('the imports of stock', () => this.stopping.abort());
  }

  /**
   * @param body the file, as it comes in
   * @throws TooBusyError while another file is under way in this process, and where the process stops in the middle
   */
  async take(body: AsyncIterable<Buffer>): Promise<ImportDone | ImportRefused> {
    if (this.isUnderWay) throw new TooBusyError('another file is being imported', 10);
    this.isUnderWay = true;
    try {
      const { rows, faults } = await readStockFile(body);
      if (faults.length > 0) return { outcome: 'invalid', faults };
      const below = await this.belowReserved(rows);
      return below.length > 0 ? { outcome: 'below reserved', faults: below } : await this.apply(rows);
    } finally {
      this.isUnderWay = false;
    }
  }

  private async belowReserved(rows: ImportRows): Promise<LineFault[]> {
    const faults: LineFault[] = [];
    for (let start = 0; start < rows.length && faults.length < MAX_LINE_FAULTS; start += ROWS_A_LOOK) {
      await nextTurn('background');
      const some = rows.slice(start, start + ROWS_A_LOOK);
      for (const place of await this.stock.placesBelowReserved(some.map(levelOf))) {
        faults.push(belowReserved(some[place]!));
      }
    }
    return faults.slice(0, MAX_LINE_FAULTS);
  }

  private async apply(rows: ImportRows): Promise<ImportDone> {
    const counts = { registered: 0, changed: 0, unchanged: 0 };
    const refused: LineFault[] = [];
    for (let start = 0; start < rows.length; start += ROWS_A_TRANSACTION) {
      await nextTurn('background');
      const some = rows.slice(start, start + ROWS_A_TRANSACTION);
      const receipts = await this.applyInTime(some, start);
      for (const [place, { outcome }] of receipts.entries()) {
        if (outcome === 'below reserved') refused.push(belowReserved(some[place]!));
        else counts[outcome as keyof typeof counts]++;
      }
      this.imported.inc(some.length);
    }
    return { outcome: 'applied', rows: rows.length, ...counts, refused };
  }

  /** Whatever hinders the database for a while is waited for: what stands before is applied already. */
  private async applyInTime(rows: readonly ImportRow[], rowsBefore: number): Promise<StockReceipt[]> {
    const { signal } = this.stopping;
    try {
      return await retryUntilDone(
        () => this.applySome(rows),
        (error) => {
          if (this.failures.kindOf(error) !== 'transient') throw error;
        },
        signal,
      );
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new TooBusyError(`the program is stopping; ${rowsBefore} rows of the file are applied`);
    }
  }

  private applySome(rows: readonly ImportRow[]): Promise<StockReceipt[]> {
    return this.database.transaction(async (tx) => {
      const sheet = await this.stock.lockOrInsert(tx, rows.map(levelOf), { kind: 'imported' });
      const inserted = new Set(sheet.movements.map(({ chrtId }) => chrtId));
      const receipts = rows.map(({ chrtId, nmId, onHand }): StockReceipt =>
        inserted.has(chrtId)
          ? { chrtId, outcome: 'registered' }
          : apply({ kind: 'count', chrtId, nmId, onHand, imported: true }, sheet),
      );
      await this.stock.write(tx, sheet);
      return receipts;
    });
  }
}

/** As a row stands for a thing that is new. */
const levelOf = ({ chrtId, nmId, onHand }: ImportRow) => ({ chrtId, nmId, onHand, reserved: 0, version: 1 });

const belowReserved = ({ line, chrtId, onHand }: ImportRow): LineFault => ({
  line,
  detail: `more than ${onHand} pieces of chrt_id ${chrtId} are reserved`,
});
