import { Injectable } from '@nestjs/common';
import { BatchTable, column, INT64, INTEGER, TEXT } from '../../platform/database/batch-table.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { int64Of, timestampOf } from '../../platform/messaging/event-time.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';

const ORIGINS = new BatchTable<RefusedEvent>('customers.refused_records', [
  column('topic', TEXT, ({ event }) => event.topic),
  column('partition', INTEGER, ({ event }) => event.partition),
  column('"offset"', INT64, ({ event }) => int64Of(event.offset)),
  column('event_timestamp', INT64, ({ event }) => timestampOf(event)),
]);
const COLUMNS = ORIGINS.columnNames.join(', ');

const NOTE = `
  INSERT INTO customers.refused_records (${COLUMNS})
  SELECT ${COLUMNS} FROM ${ORIGINS.unnested('e')} ORDER BY place
  ON CONFLICT DO NOTHING
  RETURNING partition, "offset"::text AS "offset"`;
const FORGET = 'DELETE FROM customers.refused_records WHERE topic = $1 AND partition = $2 AND "offset" < $3';

/** Which records were refused before, by any process, whatever became of their dead letters. */
@Injectable()
export class RefusedRecordRepository {
  constructor(private readonly database: Database) {}

  /** @returns those that were not refused before */
  async note(tx: Transaction, refused: readonly RefusedEvent[]): Promise<RefusedEvent[]> {
    const rows: { partition: number; offset: string }[] = await tx.query(NOTE, ORIGINS.arraysOf(refused));
    const fresh = new Set(rows.map(({ partition, offset }) => `${partition}/${offset}`));
    return refused.filter(({ event }) => fresh.has(`${event.partition}/${int64Of(event.offset)}`));
  }

  /** Forgets those that the topic does not have any more. @param lowOffsets by partition */
  async forgetBefore(topic: string, lowOffsets: ReadonlyMap<number, number>): Promise<void> {
    for (const [partition, low] of lowOffsets) {
      await this.database.source.query(FORGET, [topic, partition, low]);
    }
  }
}
