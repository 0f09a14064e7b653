import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { Dice } from '../dice.js';
import { Findings } from '../findings.js';
import { LatestReaders } from './latest-readers.js';
import { type SentReading, SentReadings } from './sent-readings.js';

let server: Server | undefined;

afterEach(() => server?.close());

const sensorId = 'sensor-1';
const sent = new SentReadings({ sensors: 20, dice: new Dice(1), total: 100 });
sent.next(100);
/** In the order of their times. */
const [oldest, , newest] = sent.all
  .filter((event): event is SentReading => typeof event !== 'string' && event.sensor_id === sensorId)
  .toSorted((one, other) => one.timestamp - other.timestamp || one.place - other.place) as [
  SentReading,
  SentReading,
  SentReading,
];

/** Of a program that gives each answer in turn, and then the last one; undefined is 404. */
async function findingsOf(
  answers: readonly (SentReading | undefined)[],
  isStored: (place: number) => Promise<boolean> = () => Promise.resolve(true),
): Promise<string[]> {
  let asked = 0;
  server = createServer((_, response) => {
    const reading = answers[Math.min(asked++, answers.length - 1)];
    const headers = reading && { 'x-reading-timestamp': String(reading.timestamp) };
    response.writeHead(reading === undefined ? 404 : 200, headers);
    response.end(JSON.stringify(reading?.value ?? 'problem'));
  });
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const findings = new Findings();
  const readers = new LatestReaders({ url, sensorIds: [sensorId], sent, isStored, findings });
  await eventually(() => expect(readers.reads).toBeGreaterThan(answers.length));
  await readers.finish();
  return findings.lines().map((line) => line.replace(/: \d+ \(/, ' ('));
}

describe('readers of the latest', () => {
  it('are content with readings that get newer', async () => {
    expect(await findingsOf([undefined, oldest, oldest, newest])).toEqual([]);
  });

  it('notice an older one, and one that is gone', async () => {
    expect(await findingsOf([newest, oldest])).toEqual([
      `older than read before (${sensorId}: place ${oldest.place} after ${newest.place})`,
    ]);
    expect((await findingsOf([newest, undefined]))[0]).toContain(`absent after place ${newest.place}`);
  });

  it('notice one that is not stored, also where PostgreSQL could be asked only later', async () => {
    const finding = [`newer than stored (place ${newest.place})`];
    expect(await findingsOf([newest], () => Promise.resolve(false))).toEqual(finding);
    let isAway = true;
    const late = async (): Promise<boolean> => {
      if (!isAway) return false;
      isAway = false;
      throw new Error('away');
    };
    expect(await findingsOf([newest], late)).toEqual(finding);
  });

  it('notice what was never sent, or has another time', async () => {
    expect((await findingsOf([{ ...newest, value: 7_000 }]))[0]).toContain('was never sent');
    expect((await findingsOf([{ ...newest, timestamp: 3 }]))[0]).toContain('of 3, not');
  });
});
