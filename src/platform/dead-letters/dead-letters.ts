import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import { MessagingMetrics } from '../messaging/messaging.metrics.js';
import { Outbox, type OutboxEntry } from '../messaging/outbox/outbox.js';
import type { ReceivedEvent, RefusedEvent } from '../messaging/received-event.js';
import type { RefusedEvents } from '../messaging/refused-events.js';
import { Topics } from '../messaging/topics.js';
import { momentOf, timestampOf } from '../messaging/event-time.js';
import { DeadLetterCapacity } from './dead-letter-capacity.js';
import { type Letter, letterOf, LETTERS, offsetOf, plainLetterOf } from './letter-rows.js';
import { recordRepeatedFailures } from './repeated-failures.js';
import { withoutReplaysForOthers } from './replays-for-others.js';

const COLUMNS = LETTERS.columnNames.join(', ');

/**
 * An event that was delivered again after a crash is a letter already. The event's time is part of what tells
 * two apart, since a topic that was made anew counts its offsets from 0 again.
 */
const APPEND = `
  INSERT INTO dead_letters (${COLUMNS})
  SELECT ${COLUMNS} FROM ${LETTERS.unnested('e')} ORDER BY e.place
  ON CONFLICT ON CONSTRAINT uq_dead_letters_origin DO NOTHING
  RETURNING context, topic, partition, "offset"::text AS "offset", event_timestamp::text AS event_timestamp`;

interface KeptRow {
  context: string;
  topic: string;
  partition: number;
  offset: string;
  event_timestamp: string;
}

/** Where refused events are kept: a row with the bytes as they came, and a copy to the dead-letter topic. */
@Injectable()
export class DeadLetters implements RefusedEvents {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: Topics,
    private readonly metrics: MessagingMetrics,
    private readonly capacity: DeadLetterCapacity,
    private readonly database: Database,
  ) {}

  /**
   * Keeps refused events, each once, in the transaction that the rest of their batch is written in. One that is the
   * replay of a letter is another attempt of that letter, which takes no room of its own.
   *
   * @throws DeadLettersFullError when there is no room for more of them
   */
  async append(tx: Transaction, refused: readonly RefusedEvent[]): Promise<void> {
    if (refused.length === 0) return;
    const { repeated, others } = await recordRepeatedFailures(tx, refused.map(letterOf));
    await this.send(tx, [...repeated, ...(await this.keep(tx, others))]);
  }

  /**
   * The last resort for an event that {@link append} fails on for good: its bytes alone, in a form that any database can
   * hold. It is a letter of its own even where it is a replay.
   */
  async appendPlain(tx: Transaction, refused: RefusedEvent): Promise<void> {
    const kept = await this.keep(tx, [plainLetterOf(refused)]);
    await this.send(
      tx,
      kept.map(({ event, ...rest }) => ({ ...rest, event: { ...event, key: null } })),
    );
  }

  /** Leaves out the replays of letters that other contexts have: this one did not refuse those events, and has done them. */
  withoutReplaysForOthers(events: readonly ReceivedEvent[]): Promise<readonly ReceivedEvent[]> {
    return withoutReplaysForOthers(this.database, events);
  }

  private async send(tx: Transaction, fresh: readonly RefusedEvent[]): Promise<void> {
    await this.outbox.append(
      tx,
      fresh.map((letter) => this.copyOf(letter)),
    );
    for (const {
      event: { context, topic },
    } of fresh)
      this.metrics.deadLetters.inc({ context, topic });
  }

  /** @returns those that were no letters already */
  private async keep(tx: Transaction, letters: readonly Letter[]): Promise<readonly RefusedEvent[]> {
    if (letters.length === 0) return [];
    await this.capacity.require(tx);
    const rows: KeptRow[] = await tx.query(APPEND, LETTERS.arraysOf(letters));
    const kept = new Set(rows.map((row) => [row.context, placeOf(row), row.event_timestamp].join('/')));
    // One that stands in the batch twice is kept, and sent, once.
    return letters.filter(({ event }) =>
      kept.delete([event.context, originOf(event), timestampOf(event)].join('/')),
    );
  }

  private copyOf({ event, reason, attempts }: RefusedEvent): OutboxEntry {
    return {
      topic: this.topics.deadLetterTopicOf(event.context, event.topic),
      aggregateType: 'dead-letter',
      aggregateId: keyText(event),
      type: 'dead-letter',
      headers: {
        origin_topic: event.topic,
        origin_partition: String(event.partition),
        origin_offset: String(offsetOf(event)),
        ...originTimeOf(event),
        error: reason,
        attempts: String(attempts),
      },
      payload: event.value ?? Buffer.alloc(0),
    };
  }
}

/** A key that is text stays the key of the copy; one that PostgreSQL could not hold as text gives way to the origin. */
function keyText(event: ReceivedEvent): string {
  const text = event.key?.toString('utf8') ?? '';
  return text === '' || /[\0\uFFFD]/.test(text) ? originOf(event) : text;
}

/** The moment is left out where the timestamp is none. */
function originTimeOf(event: ReceivedEvent): Record<string, string> {
  const timestamp = timestampOf(event);
  const moment = momentOf(timestamp);
  return {
    ...(moment !== undefined && { origin_time: moment.toISOString() }),
    origin_timestamp: String(timestamp),
  };
}

const originOf = (event: ReceivedEvent): string => placeOf({ ...event, offset: offsetOf(event) });

function placeOf({
  topic,
  partition,
  offset,
}: Pick<KeptRow, 'topic' | 'partition'> & { offset: unknown }): string {
  return `${topic}/${partition}/${String(offset)}`;
}
