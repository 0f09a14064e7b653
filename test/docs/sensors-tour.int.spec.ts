import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { ORIGIN, Tour } from './tour.js';

const tour = new Tour('Readings of sensors');
const { commands } = tour;

beforeAll(() => tour.start());
afterAll(() => tour.stop());

describe('the tour of the README, with readings of sensors', () => {
  it('has three calls, of a program with all that they need', () => {
    expect(commands.map((command) => command.split(' ', 1)[0])).toEqual(['curl', 'curl', 'curl']);
    expect(tour.settings).toEqual({ CONTEXTS: 'sensors', ROLES: 'api,consumer,relay,producer' });
  });

  it('shows the latest value of a sensor, a bare number', async () => {
    await eventually(async () => expect((await tour.answerTo(commands[0]!)).status).toBe(200));
    const { headers, body } = await tour.answerTo(commands[0]!);
    expect(body).toMatch(/^\d{1,2}(\.\d{1,2})?$/);
    expect(headers.get('content-type')).toBe(JSON_TYPE);
    expect(headers.get('x-reading-timestamp')).toMatch(/^\d{10}$/);
  });

  it('shows the last readings', async () => {
    const { status, headers, body } = await eventually(async () => {
      const answer = await tour.answerTo(commands[1]!);
      expect(answer.body).not.toBe('[]');
      return answer;
    });
    expect([status, headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    const readings = JSON.parse(body) as object[];
    expect(readings.length).toBeLessThanOrEqual(2);
    for (const reading of readings) expect(Object.keys(reading)).toEqual(['sensor_id', 'value', 'timestamp']);
  });

  it('stores a reading of this moment, which is the latest of its sensor', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const { status, headers, body } = await tour.answerTo(commands[2]!);
    expect([status, headers.get('content-type')]).toEqual([201, JSON_TYPE]);
    expect(JSON.parse(body)).toEqual({ reading_ids: [expect.any(Number)] });
    const sensorId = /"sensor_id":"([^"]+)"/.exec(commands[2]!)![1]!;
    const latest = await tour.answerTo(`curl -i ${ORIGIN}/recent/${sensorId}`);
    expect(latest.body).toBe(/"value":([\d.]+)/.exec(commands[2]!)![1]);
    expect(Number(latest.headers.get('x-reading-timestamp'))).toBeGreaterThanOrEqual(before);
  });
});
