import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { encodeValue, type ForgottenSensor, type StoredReading } from '../model/reading.js';
import type { ReadingCommit } from '../model/reading-commit.js';

/** PostgreSQL's channel on which a commit says what it has stored, and what is the latest of its sensors. */
export const LATEST_CHANNEL = 'waybill_sensors_latest';

/** PostgreSQL refuses a notification of 8,000 bytes. */
const MAX_PAYLOAD_BYTES = 7_999;
const NOTIFY = `SELECT pg_notify('${LATEST_CHANNEL}', piece) FROM unnest($1::text[]) AS piece`;

/** A sensor's latest reading, or up to which id it was forgotten. */
type SensorItem =
  [sensorId: string, id: number, value: number, timestamp: number] | [sensorId: string, lastId: number];
type CommitItem = [firstId: number, lastId: number, readings: number, xid: number, horizon: number];
type Item = SensorItem | CommitItem;

export interface LatestNews {
  readonly latest: readonly StoredReading[];
  readonly forgotten: readonly ForgottenSensor[];
  /** Not there where nothing was stored. */
  readonly commit?: ReadingCommit | undefined;
}

/** Tells the processes that serve the API what others have committed. */
@Injectable()
export class LatestNotices {
  /** Delivered with the commit. */
  async send(tx: Pick<Transaction, 'query'>, { latest, forgotten, commit }: LatestNews): Promise<void> {
    const items: Item[] = [
      ...(commit ? [itemOf(commit)] : []),
      ...forgotten.map(({ sensorId, lastId }): SensorItem => [sensorId, lastId]),
      ...latest.map(({ sensor_id, value, timestamp, id }): SensorItem => [sensor_id, id, value, timestamp]),
    ];
    if (items.length > 0) await tx.query(NOTIFY, [[...inPieces(items)]]);
  }
}

export function parseNews(payload: string): LatestNews {
  const items = JSON.parse(payload) as Item[];
  const forgotten: ForgottenSensor[] = [];
  const latest: StoredReading[] = [];
  let commit: ReadingCommit | undefined;
  for (const item of items) {
    if (isOfCommit(item)) {
      const [firstId, lastId, readings, xid, horizon] = item;
      commit = { firstId, lastId, readings, xid, horizon };
      continue;
    }
    const [sensor_id, id, value, timestamp] = item;
    if (value === undefined) forgotten.push({ sensorId: sensor_id, lastId: id });
    else latest.push({ sensor_id, value, timestamp: timestamp!, id });
  }
  return { latest, forgotten, commit };
}

const itemOf = ({ firstId, lastId, readings, xid, horizon }: ReadingCommit): CommitItem => [
  firstId,
  lastId,
  readings,
  xid,
  horizon,
];

const isOfCommit = (item: Item): item is CommitItem => typeof item[0] === 'number';

function encoded(item: Item): string {
  if (isOfCommit(item)) return JSON.stringify(item);
  const [sensorId, id, value, timestamp] = item;
  const name = JSON.stringify(sensorId);
  return value === undefined ? `[${name},${id}]` : `[${name},${id},${encodeValue(value)},${timestamp}]`;
}

/** JSON lists of items, each as long as a notification may be at most. */
function* inPieces(items: readonly Item[]): Generator<string> {
  let texts: string[] = [];
  let bytes = 2;
  for (const item of items) {
    const text = encoded(item);
    const more = Buffer.byteLength(text) + 1;
    if (texts.length > 0 && bytes + more > MAX_PAYLOAD_BYTES) {
      yield `[${texts.join(',')}]`;
      texts = [];
      bytes = 2;
    }
    texts.push(text);
    bytes += more;
  }
  yield `[${texts.join(',')}]`;
}
