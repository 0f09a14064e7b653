import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { startPgBouncer } from '../../../test/support/pgbouncer.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Database } from '../database/database.js';
import { ChannelListener, type ChannelListenerOptions } from './channel-listener.js';

const CHANNEL = 'channel_of_a_test';
const RELIED_ON = { probeEveryMs: 100, silentAfterMs: 2_000, isReliedOn: true };
const WAIT = { timeoutMs: 20_000 };
/** In which a busy machine has to give a connection, too. */
const CONNECT_LIMIT_MS = 1_000;

let house: WaybillDatabase;
let told: string[];
let failures: string[];
/** What has to be undone after a test, the last first. */
let undo: (() => Promise<unknown>)[];

beforeEach(async () => {
  house = await openWaybillDatabase();
  [told, failures, undo] = [[], [], [() => house.drop()]];
});
afterEach(async () => {
  for (const step of undo.reverse()) await step();
});

/** The same database, as a process with so many connections has it. */
async function open(connection = house.connection, poolSize = 2): Promise<Database> {
  const database = new Database({ ...house.options, poolSize, connectLimitMs: CONNECT_LIMIT_MS });
  undo.push(() => database.close());
  await database.open(connection);
  return database;
}

async function openThroughPgBouncer(mode: 'session' | 'transaction'): Promise<Database> {
  const pooler = await startPgBouncer(house.connection, [`pool_mode = ${mode}`]);
  undo.push(() => pooler.stop());
  return open(pooler.connection);
}

function listen(database: Database, options: ChannelListenerOptions = RELIED_ON): ChannelListener {
  const events = {
    onListening: () => void told.push('listening'),
    onNotification: (payload: string) => void told.push(payload),
    onSilent: () => void told.push('silent'),
    onLost: (error: Error) => void failures.push(error.name),
    onFailure: (error: Error) => void failures.push(error.name),
  };
  const listener = new ChannelListener(database, CHANNEL, events, options);
  undo.push(() => listener.stop());
  listener.start();
  return listener;
}

/** The connections that the listener makes from now on. */
function watchConnections(database: Database): pg.Client[] {
  const made: pg.Client[] = [];
  const connect = database.connect.bind(database);
  vi.spyOn(database, 'connect').mockImplementation(async () => {
    const client = await connect();
    made.push(client);
    return client;
  });
  return made;
}

/** Takes the only connection of a pool. @returns what gives it back */
async function exhaust(database: Database): Promise<() => Promise<void>> {
  const runner = database.source.createQueryRunner();
  await runner.connect();
  const giveBack = (): Promise<void> => (runner.isReleased ? Promise.resolve() : runner.release());
  undo.push(giveBack);
  return giveBack;
}

const say = (text: string, channel = CHANNEL): Promise<unknown> =>
  house.rows('SELECT pg_notify($1, $2)', [channel, text]);
const isListening = (): Promise<void> => eventually(() => expect(told).toEqual(['listening']), WAIT);

describe('a listener that is relied on', () => {
  it('listens through a pooler that keeps sessions', async () => {
    listen(await openThroughPgBouncer('session'));
    await isListening();
    await say('one');
    await eventually(() => expect(told).toEqual(['listening', 'one']), WAIT);
    expect(failures).toEqual([]);
  });

  it('never says that it listens through one that shares them, and says why once', async () => {
    const database = await openThroughPgBouncer('transaction');
    const connections = watchConnections(database);
    listen(database);
    await eventually(() => expect(connections).toHaveLength(3), WAIT);
    expect(told).toEqual([]);
    expect(failures).toEqual(['DeafConnectionError']);
  });

  it('is silent once its session hears no more, and listens on another connection', async () => {
    const database = await open();
    const connections = watchConnections(database);
    listen(database, { ...RELIED_ON, proveEveryMs: 100 });
    await isListening();
    await connections[0]!.query('UNLISTEN *');
    await eventually(() => expect(told).toEqual(['listening', 'silent', 'listening']), WAIT);
    expect(failures).toEqual(['DeafConnectionError']);
    await say('one');
    await eventually(() => expect(told.at(-1)).toBe('one'), WAIT);
  });

  it('listens once a connection of the pool is free to prove it', async () => {
    const database = await open(house.connection, 1);
    const giveBack = await exhaust(database);
    const connections = watchConnections(database);
    listen(database);
    await eventually(() => expect(connections.length).toBeGreaterThan(2), WAIT);
    expect(told).toEqual([]);
    expect(failures).toEqual(['Error']);
    await giveBack();
    await isListening();
  });

  it('goes on listening while no connection of the pool is free to prove it again', async () => {
    const database = await open(house.connection, 1);
    listen(database, { ...RELIED_ON, proveEveryMs: 50 });
    await isListening();
    const giveBack = await exhaust(database);
    const sent = vi.spyOn(database.source, 'query');
    await eventually(() => {
      const refused = sent.mock.settledResults.filter(({ type }) => type === 'rejected');
      expect(refused.length).toBeGreaterThan(3);
    }, WAIT);
    await say('one');
    await eventually(() => expect(told).toEqual(['listening', 'one']), WAIT);
    expect(failures).toEqual([]);
    await giveBack();
  });

  it('ends at once when it is stopped in the middle of a proof, and says nothing any more', async () => {
    const database = await open(house.connection, 1);
    const giveBack = await exhaust(database);
    const sent = vi.spyOn(database.source, 'query');
    const connections = watchConnections(database);
    const listener = listen(database);
    await eventually(() => expect(sent).toHaveBeenCalled(), WAIT);
    const ended = new Promise((resolve) => connections[0]!.once('end', resolve));
    await listener.stop();
    await ended;
    await giveBack();
    await sent.mock.results[0]!.value;
    expect([told, failures, connections.length]).toEqual([[], [], 1]);
  });

  it('passes over what comes on a channel of others', async () => {
    const database = await open();
    const connections = watchConnections(database);
    listen(database);
    await isListening();
    await connections[0]!.query('LISTEN channel_of_others');
    await say('theirs', 'channel_of_others');
    await say('ours');
    await eventually(() => expect(told).toEqual(['listening', 'ours']), WAIT);
  });
});

it('a listener that is not relied on takes what comes, also behind a pooler that shares sessions', async () => {
  listen(await openThroughPgBouncer('transaction'), {});
  await isListening();
});
