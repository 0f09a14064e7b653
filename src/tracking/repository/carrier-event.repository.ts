import { Injectable } from '@nestjs/common';
import {
  BatchTable,
  BYTEA,
  type Column,
  column,
  SMALLINT,
  TEXT,
} from '../../platform/database/batch-table.js';
import type { Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { type CarrierEvent, rankOf } from '../model/carrier-event.js';
import { momentKey } from '../model/moment.js';

/** An event, and what tells it from another one with its id. */
export interface EventToStore {
  readonly event: CarrierEvent;
  readonly fingerprint: string;
}

const COLUMNS: readonly Column<EventToStore>[] = [
  column('event_id', TEXT, ({ event }) => event.event_id),
  column('track_number', TEXT, ({ event }) => event.track_number),
  column('moment', TEXT, ({ event }) => momentKey(event.occurred_at)),
  column('rank', SMALLINT, ({ event }) => rankOf(event.type)),
  column('type', TEXT, ({ event }) => event.type),
  column('occurred_at', TEXT, ({ event }) => event.occurred_at),
  column('location', TEXT, ({ event }) => event.location),
  column('carrier', TEXT, ({ event }) => event.carrier),
  column('note', TEXT, ({ event }) => event.note),
  column('estimated_at', TEXT, ({ event }) => event.estimated_at),
  column('fingerprint', BYTEA, ({ fingerprint }) => Buffer.from(fingerprint, 'hex')),
];
const EVENTS = new BatchTable<EventToStore>('tracking.events', COLUMNS);
const NAMES = EVENTS.columnNames.join(', ');

const FINGERPRINTS = prepared(`
  SELECT event_id, encode(fingerprint, 'hex') AS fingerprint
  FROM tracking.events WHERE event_id = ANY (ARRAY(SELECT unnest($1::text[])))`);

/** In the order of their ids, so that two transactions with the same events wait for each other instead of deadlocking. */
const STORE = prepared(`
  WITH stored AS (
    INSERT INTO tracking.events (${NAMES})
    SELECT ${NAMES} FROM ${EVENTS.unnested('e')} ORDER BY e.event_id COLLATE "C"
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
  )
  SELECT count(*)::int AS count FROM stored`);

/** Events of carriers in PostgreSQL, each once, by its id. */
@Injectable()
export class CarrierEventRepository {
  /** Of the events that are stored, by their ids. */
  async fingerprintsOf(tx: Transaction, eventIds: readonly string[]): Promise<Map<string, string>> {
    if (eventIds.length === 0) return new Map();
    const rows: { event_id: string; fingerprint: string }[] = await tx.query(FINGERPRINTS, [eventIds]);
    return new Map(rows.map(({ event_id, fingerprint }) => [event_id, fingerprint]));
  }

  /** Stores those whose ids are not there. @returns how many those were */
  async store(tx: Transaction, events: readonly EventToStore[]): Promise<number> {
    if (events.length === 0) return 0;
    const [row]: { count: number }[] = await tx.query(STORE, EVENTS.arraysOf(events));
    return row!.count;
  }
}
