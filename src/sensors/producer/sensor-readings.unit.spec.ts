import { Counter, register } from 'prom-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { DirectMessage, DirectMessages } from '../../platform/messaging/direct-messages.js';
import type { Topics } from '../../platform/messaging/topics.js';
import { decodeReading } from '../model/reading.codec.js';
import { SensorsSettings } from '../sensors.settings.js';
import { SensorReadings, sensorIds } from './sensor-readings.js';

const INTERVAL_MS = 2_000;
const topics = { deployedName: (name: string) => name } as Topics;

let lifecycle: Lifecycle;
let skipped: Counter;
let sent: DirectMessage[];
let send: () => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  register.clear();
  const log = pino({ level: 'silent' });
  lifecycle = new Lifecycle(log);
  skipped = new Counter({ name: 'skipped', help: 'skipped' });
  sent = [];
  send = () => Promise.resolve();
  const messages = {
    send: async (due: readonly DirectMessage[]) => {
      await send();
      sent.push(...due);
    },
  } as unknown as DirectMessages;
  const settings = Object.assign(new SensorsSettings(), {
    SENSORS_COUNT: 2,
    SENSORS_INTERVAL_MS: INTERVAL_MS,
  });
  new SensorReadings(settings, messages, topics, skipped, log, lifecycle);
});
afterEach(() => {
  vi.useRealTimers();
});

const skips = async (): Promise<number> => (await skipped.get()).values[0]!.value;

it('sends a valid reading of each sensor at once, and then at each interval, until it stops', async () => {
  await lifecycle.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent.map(({ topic, key }) => [topic, key])).toEqual([
    ['sensor-data', 'sensor-001'],
    ['sensor-data', 'sensor-002'],
  ]);
  await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
  expect(sent).toHaveLength(6);
  for (const { key, value } of sent) {
    const verdict = decodeReading(Buffer.from(value!));
    expect(verdict).toMatchObject({ valid: true, model: { sensor_id: key } });
    if (verdict.valid) expect(verdict.model.value >= 0 && verdict.model.value < 100).toBe(true);
  }
  await lifecycle.drain();
  await vi.advanceTimersByTimeAsync(5 * INTERVAL_MS);
  expect(sent).toHaveLength(6);
});

it('skips what comes due while Kafka is away, and sends no more than is due when it is back', async () => {
  let arrive = (): void => undefined;
  send = () => new Promise((resolve) => (arrive = resolve));
  await lifecycle.start();
  await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS);
  expect(sent).toEqual([]);
  expect(await skips()).toBe(20);
  send = () => Promise.resolve();
  arrive();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(INTERVAL_MS);
  expect(sent).toHaveLength(4);
  await lifecycle.drain();
});

it('counts what has failed as skipped', async () => {
  send = () => Promise.reject(new Error('away'));
  await lifecycle.start();
  await vi.advanceTimersByTimeAsync(INTERVAL_MS);
  expect(await skips()).toBe(4);
  await lifecycle.drain();
});

it('has names as sensors have them', () => {
  expect(sensorIds(1)).toEqual(['sensor-123']);
  expect(sensorIds(3)).toEqual(['sensor-001', 'sensor-002', 'sensor-003']);
});
