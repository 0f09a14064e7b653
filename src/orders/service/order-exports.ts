import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { messageForLog } from '../../platform/logging/error-record.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import type { ExportedOrder } from '../model/exported-order.js';
import type { OrderFilter } from '../model/order-filter.js';
import { OrdersSettings } from '../orders.settings.js';
import { OrderExportRepository } from '../repository/order-export.repository.js';
import { OrderExportMetrics } from './order-exports.metrics.js';

/** How the orders are written. */
export interface ExportLines {
  readonly head: string;
  lineOf(exported: ExportedOrder): string;
}

const RETRY_AFTER_SECONDS = 10;
const MS_PER_SECOND = 1_000;

/** Whoever reads an export has taken longer than `EXPORT_MAX_SECONDS`. */
export class ExportTooLongError extends Error {
  override readonly name = 'ExportTooLongError';

  constructor(seconds: number) {
    super(`it took longer than ${seconds} seconds`);
  }
}

/** All orders that match as one stream of text, a few such streams at a time. */
@Injectable()
export class OrderExports {
  private underWay = 0;

  constructor(
    private readonly orders: OrderExportRepository,
    private readonly settings: OrdersSettings,
    private readonly metrics: OrderExportMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    metrics.observe(() => this.underWay);
  }

  /**
   * The first orders are read before it resolves, so that a database that is away is told as an error. The stream reads on as
   * it is read itself. One that fails, or takes longer than it may, is destroyed with the error and has no end.
   *
   * @throws TooBusyError when as many exports are under way as there may be, and what the database says
   */
  async open(filter: OrderFilter, lines: ExportLines): Promise<Readable> {
    this.requireRoom();
    this.underWay++;
    try {
      const chunks = this.orders.chunks(filter);
      const first = await chunks.next();
      return this.watched(Readable.from(this.texts(first, chunks, lines), { objectMode: false }));
    } catch (error) {
      this.underWay--;
      throw error;
    }
  }

  /** Whether an export could be opened now, which takes the room of one meanwhile. @throws as `open` does */
  async tryOut(filter: OrderFilter): Promise<void> {
    this.requireRoom();
    this.underWay++;
    try {
      const chunks = this.orders.chunks(filter);
      await chunks.next();
      await chunks.return();
    } finally {
      this.underWay--;
    }
  }

  private requireRoom(): void {
    if (this.underWay < this.settings.EXPORTS_MAX) return;
    this.metrics.count('refused');
    throw new TooBusyError('as many exports are under way as there may be', RETRY_AFTER_SECONDS);
  }

  private async *texts(
    first: IteratorResult<readonly ExportedOrder[], void>,
    chunks: AsyncGenerator<readonly ExportedOrder[], void>,
    { head, lineOf }: ExportLines,
  ): AsyncGenerator<Buffer, void> {
    let text = head;
    for (let chunk = first; !chunk.done; chunk = await chunks.next()) {
      for (const order of chunk.value) text += lineOf(order);
      // Of a chunk whose orders are all gone nothing is left, and an empty piece would be taken for the end.
      if (text !== '') yield Buffer.from(text);
      this.metrics.countOrders(chunk.value.length);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
  }

  /** It closes in any case, and not before a query that is under way for it is over. */
  private watched(stream: Readable): Readable {
    const seconds = this.settings.EXPORT_MAX_SECONDS;
    const tooLong = setTimeout(
      () => stream.destroy(new ExportTooLongError(seconds)),
      seconds * MS_PER_SECOND,
    );
    tooLong.unref();
    let outcome: 'done' | 'failed' | 'left' = 'left';
    stream.once('end', () => (outcome = 'done'));
    stream.once('error', (error) => {
      outcome = 'failed';
      this.log.warn({ reason: messageForLog(error) }, 'an export of orders broke off');
    });
    stream.once('close', () => {
      clearTimeout(tooLong);
      this.underWay--;
      this.metrics.count(outcome);
    });
    return stream;
  }
}
