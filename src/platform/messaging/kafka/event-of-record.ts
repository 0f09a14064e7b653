import type { EventHeaders } from '../event-headers.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { ReceivedEvent } from '../received-event.js';
import type { DecodedRecord } from './record-decoding.js';

/** A record as our decoder makes it, or a message in the format of before Kafka 0.11, which has no headers. */
export type FetchedRecord = Pick<DecodedRecord, 'key' | 'value' | 'timestamp' | 'offset'> &
  Partial<Pick<DecodedRecord, 'headerList'>>;

export function eventOf({ context, topic, partition }: PartitionPlace, record: FetchedRecord): ReceivedEvent {
  const timestampMs = Number(record.timestamp);
  return {
    context,
    topic,
    partition,
    offset: Number(record.offset),
    timestampMs,
    exactTimestamp: Number.isSafeInteger(timestampMs) ? undefined : BigInt(record.timestamp),
    key: record.key,
    value: record.value,
    headers: record.headerList ?? NO_HEADERS,
  };
}

const NO_HEADERS: EventHeaders = [];
