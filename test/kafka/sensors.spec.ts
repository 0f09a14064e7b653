import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sensorsConformance } from '../contexts/sensors.conformance.js';
import { ask, metric } from '../e2e/api.js';
import { FaultyKafka } from '../faults/faulty-kafka.js';
import { eventually } from '../support/eventually.js';
import { ownTopics } from '../support/own-topics.js';
import { useTier } from '../support/tiers.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { createPipeline, type Pipeline } from './order-pipeline.harness.js';

const kafka = useTier('kafka');
const WAIT = { timeoutMs: 40_000 };
const SENSOR = 'sensor-123';
const ROLES = 'api,consumer,relay,producer';
const INTERVAL_MS = 250;
/** Two seconds and more. */
const SKIPPED_AT_LEAST = 9;
/** Four are due; a timer that comes late may move one or two into the next second. */
const MOST_OF_A_SECOND = 6;
/** Only what is under way when Kafka comes back: one send, and one more that began when that had failed. */
const MOST_OF_THE_TIME_AWAY = 2;
const SKIPPED = 'waybill_sensors_readings_skipped_total';
const SAID = 'made-up readings are skipped';

describe.skipIf(kafka.skipped)('on a real broker', () => {
  sensorsConformance('Kafka', () => {
    const { topic, settings } = ownTopics(kafka.brokers);
    return {
      ...settings,
      SENSORS_TOPIC: topic.replace('orders', 'sensor-data'),
      KAFKA_BROKERS: kafka.brokers.split(','),
      KAFKA_PARTITIONS: 1,
    };
  });
});

describe.skipIf(kafka.skipped)('readings, by a program for sensors alone', () => {
  let pipeline: Pipeline;

  afterEach(() => pipeline.close());

  const start = (env: Record<string, string> = {}): Promise<WaybillProcess> =>
    pipeline.start({ CONTEXTS: 'sensors', SENSORS_TOPIC: pipeline.topic, ...env });
  const send = (readings: readonly (readonly [value: number, timestamp: number])[]): Promise<number> =>
    pipeline.send(
      readings.map(([value, timestamp]) => ({
        key: SENSOR,
        value: JSON.stringify({ sensor_id: SENSOR, value, timestamp }),
      })),
    );
  async function stored(): Promise<{ place: number; value: number }[]> {
    const { rows } = await pipeline.db.query<{ place: number; value: number }>(
      'SELECT "offset"::int AS place, value FROM sensors.sensor_data ORDER BY id',
    );
    return rows;
  }
  const becomeStored = (count: number): Promise<void> =>
    eventually(async () => expect(await stored()).toHaveLength(count), WAIT);
  const recent = (program: WaybillProcess) => ask(`${program.url}/recent/${SENSOR}`);

  it('are not mistaken for those that had their places before the topic was made anew', async () => {
    pipeline = await createPipeline(kafka.brokers);
    const { admin, topic, group } = pipeline;
    let program = await start();
    await send([
      [1, 100],
      [2, 300],
      [3, 200],
    ]);
    await becomeStored(3);
    await program.stop();
    await admin.deleteTopics({ topics: [topic] });
    await eventually(async () => expect(await admin.listTopics()).not.toContain(topic), WAIT);
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
    const first = await eventually(
      () =>
        send([
          [4, 100],
          [5, 300],
          [6, 250],
        ]),
      WAIT,
    );
    expect(first).toBe(0);
    program = await start();
    await becomeStored(6);
    await program.stop();

    // All that the topic holds is delivered again.
    await admin.resetOffsets({ groupId: `${group}.sensors`, topic, earliest: true });
    program = await start();
    await send([[7, 1]]);
    await eventually(async () => expect((await stored()).at(-1)).toEqual({ place: 3, value: 7 }), WAIT);
    expect(await stored()).toEqual(
      [0, 1, 2, 0, 1, 2, 3].map((place, index) => ({ place, value: index + 1 })),
    );
    // Of two of one time, the one that was stored later.
    expect((await recent(program)).text).toBe('5');
  });

  describe('while Kafka is away', () => {
    let faulty: FaultyKafka;

    beforeEach(async () => {
      faulty = await FaultyKafka.start();
    });
    afterEach(() => faulty.end());

    it('are skipped, counted and told of once, and are not sent in a burst afterwards', async () => {
      pipeline = await createPipeline(kafka.brokers);
      const program = await start({
        ROLES,
        KAFKA_BROKERS: faulty.brokers,
        SENSORS_INTERVAL_MS: String(INTERVAL_MS),
      });
      await eventually(async () => expect((await recent(program)).status).toBe(200), WAIT);
      const skippedBefore = await metric(program.url, SKIPPED);
      const timesSaidBefore = timesSaid(program);

      await faulty.wire.refuse();
      const awayFromSeconds = Date.now() / 1_000;
      await eventually(async () => {
        expect((await metric(program.url, SKIPPED)) - skippedBefore).toBeGreaterThan(SKIPPED_AT_LEAST);
      }, WAIT);
      expect(timesSaid(program) - timesSaidBefore).toBe(1);
      const before = (await stored()).length;
      const awayToSeconds = Date.now() / 1_000;
      await faulty.wire.accept();

      await eventually(async () => expect((await stored()).length).toBeGreaterThan(before + 8), WAIT);
      const { rows } = await pipeline.db.query<{ second: number; count: number }>(
        'SELECT ts AS second, count(*)::int AS count FROM sensors.sensor_data GROUP BY ts',
      );
      expect(Math.max(...rows.map(({ count }) => count))).toBeLessThanOrEqual(MOST_OF_A_SECOND);
      const ofTheTimeAway = rows
        .filter(({ second }) => Number(second) > awayFromSeconds && Number(second) + 1 < awayToSeconds)
        .reduce((sum, { count }) => sum + count, 0);
      expect(ofTheTimeAway).toBeLessThanOrEqual(MOST_OF_THE_TIME_AWAY);
    });
  });
});

const timesSaid = (program: WaybillProcess): number => program.output().split(SAID).length - 1;
