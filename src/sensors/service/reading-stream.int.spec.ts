import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { ChannelListener } from '../../platform/messaging/channel-listener.js';
import { HeardCommits } from '../cache/heard-commits.js';
import { LATEST_CHANNEL, LatestNotices, parseNews } from '../cache/latest-news.js';
import type { ReadingCommit } from '../model/reading-commit.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import { ReadingStreamRepository } from '../repository/reading-stream.repository.js';
import { sensors } from '../sensors.module.js';
import { type MissedReadings, ReadingStream, type Replay } from './reading-stream.js';

let house: WaybillDatabase;
let repository: ReadingRepository;
let heard: HeardCommits;
let stream: ReadingStream;
let missedCounter: Counter;
let sensorIds: string[] | undefined;
/** Values that were shown, and what was missed. */
let shown: number[];
let missed: MissedReadings[];
let logged: string[];

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
  repository = new ReadingRepository(house.database);
});
beforeEach(async () => {
  await house.rows('TRUNCATE sensors.sensor_data');
  logged = [];
  const log = pino({ level: 'warn' }, { write: (line) => logged.push(line) });
  heard = new HeardCommits();
  missedCounter = new Counter({ name: 'missed_total', help: 'missed', registers: [new Registry()] });
  const rows = new ReadingStreamRepository(house.database);
  stream = new ReadingStream(heard, rows, new Lifecycle(log), missedCounter, log);
  [shown, missed, sensorIds] = [[], [], undefined];
  stream.showTo({
    get sensorIds() {
      return sensorIds;
    },
    show: ({ value }) => shown.push(value),
    tellMissed: (some) => missed.push(some),
  });
  await stream.begin();
});
afterAll(() => house.drop());

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, n) => from + n);

interface Storing {
  readonly commit: ReadingCommit;
  /** Commits it. */
  end(): Promise<ReadingCommit>;
}

/** Stores readings with such values in a transaction, which goes on until it is ended. */
function begin(values: readonly number[], sensor_id = 's'): Promise<Storing> {
  const readings = values.map((value) => ({ sensor_id, value, timestamp: value }));
  return new Promise((resolve, reject) => {
    const committed = house.database.transaction(async (tx) => {
      const { commit } = await repository.storeOfRequest(tx, readings);
      await new LatestNotices().send(tx, { latest: [], forgotten: [], commit });
      await new Promise<void>((goOn) => {
        const end = () => (goOn(), committed.then(() => commit!));
        resolve({ commit: commit!, end });
      });
    });
    committed.catch(reject);
  });
}

const store = async (values: readonly number[], sensor_id?: string): Promise<ReadingCommit> =>
  (await begin(values, sensor_id)).end();
const inOrder = (): number[] => [...shown].sort((one, other) => one - other);

describe('the stream of readings', () => {
  it('shows the readings of a commit, and not those of others among them', async () => {
    const late = await begin([1]);
    const [early, other] = [await store(numbers(2, 1_500)), await store([5_000])];
    heard.commits.next({ ...early, lastId: other.lastId });
    await eventually(() => expect(shown).toEqual(numbers(2, 1_500)));
    heard.commits.next({ ...(await late.end()), lastId: other.lastId });
    heard.commits.next(other);
    await eventually(() => expect(shown.slice(1_500)).toEqual([1, 5_000]));
  });

  it('reads only what is watched', async () => {
    sensorIds = ['watched'];
    heard.commits.next(await store([1], 'other'));
    heard.commits.next(await store([2], 'watched'));
    await eventually(() => expect(shown).toEqual([2]));
  });

  it('finds what was not heard of, however low its ids are, and shows it once', async () => {
    const late = await begin([1]);
    const lost = await begin([2]);
    heard.commits.next(await store([3]));
    await store([4]);
    await late.end();
    heard.resumed.next();
    await eventually(() => expect(inOrder()).toEqual([1, 3, 4]));
    // It has ended before, and its notice comes only now.
    heard.commits.next(late.commit);
    heard.commits.next(await lost.end());
    await eventually(() => expect(inOrder()).toEqual([1, 2, 3, 4]));
  });

  it('goes on by itself once PostgreSQL answers again, and shows all once', async () => {
    const commit = await store([1]);
    await house.rows('ALTER TABLE sensors.sensor_data RENAME TO away');
    await house.rows('CREATE TABLE sensors.sensor_data (id text)');
    heard.commits.next(commit);
    await eventually(() => expect(logged).toHaveLength(1));
    await house.rows('DROP TABLE sensors.sensor_data');
    await house.rows('ALTER TABLE sensors.away RENAME TO sensor_data');
    heard.commits.next(await store([2]));
    await eventually(() => expect(inOrder()).toEqual([1, 2]));
  });

  it('leaves the oldest out when more waits than it can hold, and says so', async () => {
    const [first, second] = [await store(numbers(0, 1_000)), await store(numbers(1_000, 49_500))];
    heard.commits.next(first);
    heard.commits.next(second);
    await eventually(() => expect(shown).toHaveLength(49_500), { timeoutMs: 45_000 });
    expect(shown[0]).toBe(1_000);
    expect(missed).toEqual([{ firstId: first.firstId, lastId: first.lastId }]);
    expect((await missedCounter.get()).values[0]!.value).toBe(1_000);
  });

  it('looks only so far back for a newcomer, and says so', async () => {
    const first = await store([1]);
    const id = first.lastId + 400_000;
    await house.rows(`SELECT setval(pg_get_serial_sequence('sensors.sensor_data', 'id'), $1)`, [id]);
    const last = await store([2]);
    heard.commits.next(last);
    await eventually(() => expect(shown).toEqual([2]));
    const replays: Replay[] = [];
    await stream.resume(0, 's', (replay) => replays.push(replay));
    await stream.resume(last.firstId - 2, 's', (replay) => replays.push(replay));
    expect(replays).toEqual([
      {
        missed: { firstId: 1, lastId: last.lastId - 300_000 },
        readings: [expect.objectContaining({ value: 2 })],
      },
      { readings: [expect.objectContaining({ value: 2 })] },
    ]);
  });

  it('shows a newcomer what was stored before and after, each once, while many are stored', async () => {
    const listener = new ChannelListener(house.database, LATEST_CHANNEL, {
      onListening: () => heard.resumed.next(),
      onNotification: (payload) => heard.commits.next(parseNews(payload).commit!),
      onLost: () => undefined,
      onFailure: () => undefined,
    });
    listener.start();
    const newcomers: { replayed: number[]; shownBefore: number }[] = [];
    const cameBetween = () => newcomers.some(({ replayed }) => replayed.length > 0 && replayed.length < 800);
    const writers = numbers(0, 4).map(async (writer) => {
      for (let round = 0; round < 20; round++) {
        if (round === 19) await eventually(() => expect(cameBetween()).toBe(true));
        await store(numbers(writer * 1_000 + round * 10, 10));
      }
    });
    const comeIn = async (): Promise<void> => {
      await stream.resume(0, undefined, ({ readings }) => {
        newcomers.push({ replayed: readings.map(({ value }) => value), shownBefore: shown.length });
      });
      if (newcomers.at(-1)!.replayed.length < 700) await comeIn();
    };
    await Promise.all([...writers, comeIn()]);
    await eventually(() => expect(shown).toHaveLength(800));
    await listener.stop();
    for (const { replayed, shownBefore } of newcomers) {
      const got = [...replayed, ...shown.slice(shownBefore)].sort((one, other) => one - other);
      expect(got).toEqual(inOrder());
    }
  });
});
