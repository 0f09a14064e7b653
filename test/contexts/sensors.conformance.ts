import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sensors } from '../../src/sensors/sensors.module.js';
import type { Waybill } from '../../src/waybill.js';
import { ask } from '../e2e/api.js';
import { type EventStream, watch } from '../e2e/event-stream.js';
import { eventually } from '../support/eventually.js';
import type { ChosenSettings } from '../support/house-of.js';
import { sendMessage, sendTombstone } from '../support/outbox-messages.js';
import { shortestMs } from '../support/quickest.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

const WAIT = { timeoutMs: 30_000 };
const SOON_MS = 1_000;
const TOPIC = 'sensor-data';
/** The connection that the latest readings are heard on: it is probed all the time. */
const IS_LISTENING = `datname = current_database()
  AND (query LIKE 'LISTEN%sensors_latest' OR query LIKE 'SELECT pg_is_in_recovery()%')`;

interface Reading {
  sensor_id: string;
  value: number;
  timestamp: number;
}

/**
 * Readings, from the topic and over HTTP.
 *
 * @param settings of a test, which choose the transport and names that no other test has
 */
export function sensorsConformance(name: string, settings: () => ChosenSettings): void {
  describe(`readings of sensors, over ${name}`, () => {
    let database: WaybillDatabase;
    let waybill: Waybill;
    let url: string;
    let chosen: ChosenSettings;

    beforeEach(async () => {
      database = await openWaybillDatabase();
      chosen = settings();
      await start();
    });
    afterEach(async () => {
      await waybill.stop();
      await database.drop();
    });

    async function start(): Promise<void> {
      waybill = await startContexts(database, chosen, [sensors]);
      url = waybill.url;
    }

    const topic = (): string => chosen.SENSORS_TOPIC ?? TOPIC;

    /** As another program would send it; without a value it is a tombstone. */
    const send = (key: string, value: string | undefined, headers: object = {}): Promise<unknown> =>
      value === undefined
        ? sendTombstone(database, topic(), key)
        : sendMessage(database, { topic: topic(), key, value, headers });
    const sendReading = (reading: Reading, headers: object = {}): Promise<unknown> =>
      send(reading.sensor_id, JSON.stringify(reading), headers);
    const post = (body: unknown) =>
      ask(`${url}/data`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    const recent = (sensorId: string) => ask(`${url}/recent/${encodeURIComponent(sensorId)}`);
    const stored = () =>
      database.rows<Reading>('SELECT sensor_id, value, ts AS timestamp FROM sensors.sensor_data ORDER BY id');
    const letters = () =>
      database.rows<{ context: string; reason: string }>(
        'SELECT context, reason FROM dead_letters ORDER BY id',
      );
    const outboxIsEmpty = async (): Promise<void> => {
      const [{ n }] = (await database.rows('SELECT count(*)::int AS n FROM outbox')) as [{ n: number }];
      expect(n).toBe(0);
    };
    const aReading = (fields: Partial<Reading> = {}): Reading => ({
      sensor_id: 'sensor-123',
      value: 16.21,
      timestamp: 1_700_000_000,
      ...fields,
    });

    it('are stored, each, and the latest is at hand as a bare number', async () => {
      await sendReading(aReading());
      await sendReading(aReading({ timestamp: 1_699_999_999, value: 3 }));
      await eventually(async () => expect(await stored()).toHaveLength(2), WAIT);
      await eventually(async () => {
        const { status, text, headers } = await recent('sensor-123');
        expect([status, text]).toEqual([200, '16.21']);
        expect(headers.get('x-reading-timestamp')).toBe('1700000000');
      }, WAIT);
      const etag = (await recent('sensor-123')).headers.get('etag')!;
      const again = await ask(`${url}/recent/sensor-123`, { headers: { 'if-none-match': etag } });
      expect(again.status).toBe(304);
      const { text } = await ask(`${url}/data`);
      expect(JSON.parse(text)).toEqual([aReading({ timestamp: 1_699_999_999, value: 3 }), aReading()]);
    });

    it('that are invalid are dead letters of the context, and the others are stored', async () => {
      await send('s', '{"sensor_id":"s","value":1e400,"timestamp":1}');
      await send('s', '{"sensor_id":"s","value":1,"timestamp":1.5}');
      await send('s', '{"sensor_id":"s","value":NaN,"timestamp":1}');
      await send('s', '{"sensor_id":"s"');
      await sendReading(aReading({ sensor_id: 's' }));
      await eventually(async () => expect(await letters()).toHaveLength(4), WAIT);
      await eventually(async () => expect(await stored()).toHaveLength(1), WAIT);
      expect((await letters()).map(({ context, reason }) => [context, reason])).toEqual([
        ['sensors', expect.stringMatching(/^value must be a number/)],
        ['sensors', expect.stringMatching(/^timestamp must be a whole number/)],
        ['sensors', 'value must be a number that a double holds, not NaN'],
        ['sensors', 'the value must be JSON'],
      ]);
    });

    it('of a request are seen at once, and announced, and stored once', async () => {
      const { status, text } = await post([aReading({ timestamp: 1, value: 1 }), aReading({ value: 2 })]);
      expect(status).toBe(201);
      expect((JSON.parse(text) as { reading_ids: number[] }).reading_ids).toHaveLength(2);
      expect((await recent('sensor-123')).text).toBe('2');
      await sendReading(aReading({ sensor_id: 'later' }));
      await eventually(async () => expect((await recent('later')).status).toBe(200), WAIT);
      await eventually(outboxIsEmpty, WAIT);
      expect(await stored()).toHaveLength(3);
    });

    it('keep the sign of a zero, also in the copy on the topic', async () => {
      await post('{"sensor_id":"sensor-123","value":-0.0,"timestamp":1700000000}');
      expect((await recent('sensor-123')).text).toBe('-0');
      expect((await ask(`${url}/data`)).text).toBe(
        '[{"sensor_id":"sensor-123","value":-0,"timestamp":1700000000}]',
      );
      await sendReading(aReading({ sensor_id: 'later' }));
      await eventually(async () => expect((await recent('later')).status).toBe(200), WAIT);
      await eventually(outboxIsEmpty, WAIT);
      expect(await stored()).toHaveLength(2);
    });

    it('with the id of another reading in their header are no copies of it', async () => {
      const { text } = await post(aReading());
      const [id] = (JSON.parse(text) as { reading_ids: number[] }).reading_ids;
      await sendReading(aReading({ value: 5 }), { reading_id: String(id) });
      await eventually(async () => expect(await stored()).toHaveLength(2), WAIT);
    });

    it('of a request are all valid, or none is stored', async () => {
      const { status, text } = await post([aReading(), aReading({ timestamp: 0.5 })]);
      expect(status).toBe(400);
      expect((JSON.parse(text) as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual([
        '[1].timestamp',
      ]);
      expect(await stored()).toEqual([]);
    });

    it('go with their sensor when a tombstone comes', async () => {
      await post([aReading(), aReading({ sensor_id: 'other' })]);
      expect((await recent('sensor-123')).status).toBe(200);
      await send('sensor-123', undefined);
      await eventually(async () => expect((await recent('sensor-123')).status).toBe(404), WAIT);
      expect((await stored()).map(({ sensor_id }) => sensor_id)).toEqual(['other']);
      expect(await letters()).toEqual([]);
    });

    it('outlast the program, and their sensors may have any names', async () => {
      for (const sensor_id of ['a/b?c#d%41', 'żółć 😀', 'x'.repeat(255)]) {
        expect((await post(aReading({ sensor_id, value: 7 }))).status).toBe(201);
      }
      await waybill.stop();
      await start();
      for (const sensor_id of ['a/b?c#d%41', 'żółć 😀', 'x'.repeat(255)]) {
        // One that comes late is not the latest, even if the process knows of no other.
        expect((await post(aReading({ sensor_id, value: 8, timestamp: 1 }))).status).toBe(201);
        expect((await recent(sensor_id)).text).toBe('7');
      }
      expect((await recent('x'.repeat(256))).status).toBe(400);
      expect((await recent('unknown')).status).toBe(404);
    });

    it('are at hand within a second where another process has stored them', async () => {
      const other = await startContexts(database, { ...chosen, ROLES: ['api'] }, [sensors]);
      try {
        const there = async () => (await ask(`${other.url}/recent/sensor-123`)).text;
        await eventually(async () => {
          const rows = await database.rows(`SELECT FROM pg_stat_activity WHERE ${IS_LISTENING}`);
          expect(rows).toHaveLength(2);
        }, WAIT);
        /** @returns the longest that one of the changes took */
        const changes = async (): Promise<number> => {
          const tookMs: number[] = [];
          const isThere = async (text: RegExp): Promise<void> => {
            const sinceMs = performance.now();
            await eventually(async () => expect(await there()).toMatch(text), WAIT);
            tookMs.push(performance.now() - sinceMs);
          };
          await post('{"sensor_id":"sensor-123","value":-0.0,"timestamp":1700000000}');
          await isThere(/^-0$/);
          await post(aReading({ value: 2 }));
          await isThere(/^2$/);
          await sendReading(aReading({ value: 3 }));
          await eventually(async () => expect((await recent('sensor-123')).text).toBe('3'), WAIT);
          await isThere(/^3$/);
          await send('sensor-123', undefined);
          await eventually(async () => expect((await recent('sensor-123')).status).toBe(404), WAIT);
          await isThere(/nobody has heard/);
          return Math.max(...tookMs);
        };
        expect(await shortestMs(SOON_MS, changes)).toBeLessThan(SOON_MS);
      } finally {
        await other.stop();
      }
    });

    describe('as Server-Sent Events', () => {
      const streams: EventStream[] = [];
      afterEach(() => streams.splice(0).forEach((stream) => stream.hangUp()));

      async function stream(at: string, query = '', lastId?: number): Promise<EventStream> {
        const headers: Record<string, string> =
          lastId === undefined ? {} : { 'last-event-id': String(lastId) };
        const opened = await watch(at, `/data/stream${query}`, headers);
        streams.push(opened);
        return opened;
      }
      const shown = ({ events }: EventStream) =>
        events.map(({ event, id, data }) => ({ event, id: Number(id), ...data }));
      const storedReadings = () =>
        database.rows<Reading & { id: number }>(
          `SELECT 'reading' AS event, id, sensor_id, value, ts AS timestamp FROM sensors.sensor_data ORDER BY id`,
        );
      const showsAllStored = (opened: EventStream) =>
        eventually(async () => {
          const events = shown(opened).sort((one, other) => one.id - other.id);
          expect(events).toEqual(await storedReadings());
        }, WAIT);
      const many = (length: number): Reading[] =>
        Array.from({ length }, (_, n) => aReading({ value: n, timestamp: n + 1 }));

      it('show each once, of all sensors or of one, whichever process has stored them', async () => {
        const other = await startContexts(database, { ...chosen, ROLES: ['api'] }, [sensors]);
        try {
          const ofAll = await stream(other.url);
          const ofOne = await stream(other.url, '?sensor_id=%C5%BC%20%3F');
          await post([
            aReading({ value: 1 }),
            aReading({ value: 2, sensor_id: 'ż ?' }),
            aReading({ value: 3 }),
          ]);
          await sendReading(aReading({ value: 4 }));
          await sendReading(aReading({ value: 5, sensor_id: 'ż ?' }));
          await eventually(async () => expect(await stored()).toHaveLength(5), WAIT);
          await showsAllStored(ofAll);
          await eventually(() => expect(ofOne.events.map(({ event, data }) => [event, data['value']])).toEqual([
            ['reading', 2],
            ['reading', 5],
          ]), WAIT); // prettier-ignore
        } finally {
          await other.stop();
        }
      });

      it('begin behind the last that a client has had', async () => {
        await post(many(5));
        const [first] = await storedReadings();
        const [all, some] = [await stream(url, '', 0), await stream(url, '?sensor_id=sensor-123', first!.id)];
        await post(many(2));
        await showsAllStored(all);
        await eventually(async () => expect(shown(some)).toEqual((await storedReadings()).slice(1)), WAIT);
      });

      it('begin with the last 1,000, and say which were left out', async () => {
        await post(many(1_000));
        await post(many(10));
        const ids = (await storedReadings()).map(({ id }) => id);
        const again = await stream(url, '', ids[2]);
        await eventually(() => expect(again.events).toHaveLength(1_001), WAIT);
        const [missed, ...readings] = shown(again);
        expect(missed).toEqual({ event: 'missed', id: ids[9], first_id: ids[2]! + 1, last_id: ids[9] });
        expect(readings.map(({ id }) => id)).toEqual(ids.slice(10));
      });

      it('leave none out when the connection is lost that commits are heard on', async () => {
        const opened = await stream(url);
        for (let round = 0; round < 3; round++) {
          const lost = database.rows(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${IS_LISTENING}`,
          );
          await Promise.all([lost, ...Array.from({ length: 20 }, () => post(aReading()))]);
        }
        expect(await stored()).toHaveLength(60);
        await showsAllStored(opened);
      });

      it('refuse what they cannot be asked for, and more clients than there may be', async () => {
        const fault = async (query: string, headers = {}) => {
          const { status, text } = await ask(`${url}/data/stream${query}`, { headers });
          return [status, (JSON.parse(text) as { errors: { path: string }[] }).errors[0]!.path];
        };
        expect(await fault(`?sensor_id=${'x'.repeat(256)}`)).toEqual([400, 'sensor_id']);
        expect(await fault('?sensor=a')).toEqual([400, 'sensor']);
        expect(await fault('', { 'last-event-id': 'x' })).toEqual([400, 'Last-Event-ID']);
        expect((await ask(`${url}/data/stream`, { method: 'HEAD' })).headers.get('content-type')).toMatch(
          /^text\/event-stream/,
        );
        await waybill.stop();
        waybill = await startContexts(database, { ...chosen, SSE_MAX_CLIENTS: 2 }, [sensors]);
        ({ url } = waybill);
        await stream(url);
        await stream(url, '?sensor_id=a');
        for (const headers of [undefined, { 'last-event-id': '0' }]) {
          const refused = await ask(`${url}/data/stream?sensor_id=b`, headers && { headers });
          expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
        }
      });
    });

    it('are made up where the process has the role producer', async () => {
      await waybill.stop();
      waybill = await startContexts(
        database,
        { ...chosen, ROLES: ['api', 'consumer', 'relay', 'producer'], SENSORS_INTERVAL_MS: 100 },
        [sensors],
      );
      url = waybill.url;
      await eventually(async () => expect((await recent('sensor-123')).status).toBe(200), WAIT);
      await eventually(async () => expect((await stored()).length).toBeGreaterThan(3), WAIT);
      expect(await letters()).toEqual([]);
    });

    it('are listed page by page', async () => {
      await post(Array.from({ length: 12 }, (_, n) => aReading({ value: n, timestamp: n + 1 })));
      const first = await ask(`${url}/data`);
      expect((JSON.parse(first.text) as Reading[]).map(({ value }) => value)).toEqual([
        11, 10, 9, 8, 7, 6, 5, 4, 3, 2,
      ]);
      const next = /<([^>]+)>/.exec(first.headers.get('link')!)![1]!;
      const second = await ask(url + next);
      expect((JSON.parse(second.text) as Reading[]).map(({ value }) => value)).toEqual([1, 0]);
      expect(second.headers.get('link')).toBeNull();
      const span = await ask(`${url}/data?sensor_id=sensor-123&from=3&to=5`);
      expect((JSON.parse(span.text) as Reading[]).map(({ value }) => value)).toEqual([3, 2]);
      expect((await ask(`${url}/data?limit=1001`)).status).toBe(400);
    });
  });
}
