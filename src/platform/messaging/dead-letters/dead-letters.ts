import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { MessagingMetrics } from '../messaging.metrics.js';
import { Outbox, type OutboxEntry } from '../outbox/outbox.js';
import type { ReceivedEvent, RefusedEvent } from '../received-event.js';
import { TopicNames } from '../topic-names.js';
import { recordRepeatedFailures } from './repeated-failures.js';

/**
 * An event that was delivered again after a crash is a letter already. The event's time is part of what tells
 * two apart, since a topic that was made anew counts its offsets from 0 again.
 */
const APPEND = `
  INSERT INTO dead_letters (topic, partition, "offset", event_time, key, value, headers, reason, attempts)
  SELECT e.topic, e.partition, e."offset", to_timestamp(e.event_time), decode(e.key, 'base64'),
         decode(e.value, 'base64'), e.headers, e.reason, e.attempts
  FROM jsonb_to_recordset($1::jsonb) AS e(
         topic text, partition int, "offset" bigint, event_time double precision, key text, value text,
         headers jsonb, reason text, attempts int)
  ON CONFLICT ON CONSTRAINT uq_dead_letters_origin DO NOTHING
  RETURNING topic, partition, "offset"::float8 AS "offset"`;

/** A reason is for people; one that quotes a whole message is not. */
const MAX_REASON_CHARACTERS = 4_000;

/** Where refused events are kept: a row with the bytes as they came, and a copy to the dead-letter topic. */
@Injectable()
export class DeadLetters {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: TopicNames,
    private readonly metrics: MessagingMetrics,
  ) {}

  /**
   * Keeps refused events, each once, in the transaction that the rest of their batch is written in. One that is the
   * replay of a letter is another attempt of that letter.
   */
  async append(tx: Transaction, refused: readonly RefusedEvent[]): Promise<void> {
    if (refused.length === 0) return;
    const all = refused.map((one) => ({ ...one, reason: storableText(one.reason) }));
    const { repeated, others } = await recordRepeatedFailures(tx, all);
    const fresh = [...repeated, ...(await this.keep(tx, others))];
    await this.outbox.append(
      tx,
      fresh.map((letter) => this.copyOf(letter)),
    );
    for (const { event } of fresh) this.metrics.deadLetters.inc({ topic: event.topic });
  }

  /** @returns those that were no letters already */
  private async keep(tx: Transaction, letters: readonly RefusedEvent[]): Promise<readonly RefusedEvent[]> {
    if (letters.length === 0) return [];
    const kept: Pick<ReceivedEvent, 'topic' | 'partition' | 'offset'>[] = await tx.query(APPEND, [
      JSON.stringify(letters.map(rowOf)),
    ]);
    const keptOrigins = new Set(kept.map(originOf));
    return letters.filter(({ event }) => keptOrigins.has(originOf(event)));
  }

  private copyOf({ event, reason, attempts }: RefusedEvent): OutboxEntry {
    return {
      topic: this.topics.deadLetterTopicOf(event.topic),
      aggregateType: 'dead-letter',
      aggregateId: keyText(event),
      type: 'dead-letter',
      headers: {
        origin_topic: event.topic,
        origin_partition: String(event.partition),
        origin_offset: String(event.offset),
        origin_time: new Date(event.timestampMs).toISOString(),
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

function originOf({
  topic,
  partition,
  offset,
}: Pick<ReceivedEvent, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}

function rowOf({ event, reason, attempts }: RefusedEvent): object {
  return {
    topic: event.topic,
    partition: event.partition,
    offset: event.offset,
    event_time: event.timestampMs / 1_000,
    key: event.key?.toString('base64'),
    value: event.value?.toString('base64'),
    headers: Object.fromEntries(
      Object.entries(event.headers).map(([name, bytes]) => [storableText(name), bytes.toString('base64')]),
    ),
    reason,
    attempts,
  };
}

/** What PostgreSQL can hold as text, in a length that can be read. */
function storableText(reason: string): string {
  return reason.slice(0, MAX_REASON_CHARACTERS).replaceAll('\0', '\u2400').toWellFormed();
}
