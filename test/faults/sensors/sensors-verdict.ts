import type { Findings } from '../findings.js';
import { isSentLater, type SentReading } from './sent-readings.js';

/** A row of the table. */
export interface StoredRow {
  readonly id: number;
  readonly place: number;
  readonly sensor_id: string;
  readonly value: number;
  readonly timestamp: number;
}

/** A latest reading, as somebody tells it; undefined: there is none. */
export type ToldLatest = { readonly value: number; readonly timestamp: number } | undefined;

/** All that is there in the end. */
export interface KeptReadings {
  readonly rows: readonly StoredRow[];
  /** By who tells it, then by sensor. */
  readonly latest: Readonly<Record<string, ReadonlyMap<string, ToldLatest>>>;
}

/** Compares all that must be there with all that is there, whole. */
export function judgeReadings(
  expected: ReadonlyMap<number, SentReading>,
  sensorIds: readonly string[],
  { rows, latest }: KeptReadings,
  findings: Findings,
): void {
  const stored = new Map<number, StoredRow>();
  for (const row of rows) {
    const sent = expected.get(row.place);
    if (stored.has(row.place)) findings.add('duplicated', `place ${row.place}`);
    else if (sent === undefined) findings.add('not forgotten', `place ${row.place} of ${row.sensor_id}`);
    else if (sent.sensor_id !== row.sensor_id || sent.value !== row.value || sent.timestamp !== row.timestamp)
      findings.add('other content', `place ${row.place}`);
    stored.set(row.place, row);
  }
  for (const place of expected.keys()) if (!stored.has(place)) findings.add('lost', `place ${place}`);
  const told = { ...latest, 'the table': latestOfRows(rows) };
  const newest = newestOf(expected.values());
  for (const [teller, answers] of Object.entries(told)) {
    for (const sensorId of sensorIds) {
      const right = newest.get(sensorId);
      const answer = answers.get(sensorId);
      if (right?.value !== answer?.value || right?.timestamp !== answer?.timestamp) {
        findings.add('wrong latest', `${sensorId} in ${teller}: ${textOf(answer)}, not ${textOf(right)}`);
      }
    }
  }
}

function newestOf(readings: Iterable<SentReading>): Map<string, SentReading> {
  const newest = new Map<string, SentReading>();
  for (const reading of readings) {
    const other = newest.get(reading.sensor_id);
    if (other === undefined || isSentLater(reading, other)) newest.set(reading.sensor_id, reading);
  }
  return newest;
}

/** As the program has it: of one time the one with the higher id. */
function latestOfRows(rows: readonly StoredRow[]): Map<string, ToldLatest> {
  const latest = new Map<string, StoredRow>();
  for (const row of rows) {
    const other = latest.get(row.sensor_id);
    const isLater =
      other === undefined ||
      row.timestamp > other.timestamp ||
      (row.timestamp === other.timestamp && row.id > other.id);
    if (isLater) latest.set(row.sensor_id, row);
  }
  return latest;
}

const textOf = (told: ToldLatest): string =>
  told === undefined ? 'none' : `${told.value} at ${told.timestamp}`;
