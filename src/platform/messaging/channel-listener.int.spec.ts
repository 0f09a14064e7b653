import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Database } from '../database/database.js';
import { ChannelListener, type ChannelListenerOptions } from './channel-listener.js';

const CHANNEL = 'channel_of_a_test';
const WAIT = { timeoutMs: 20_000 };

let house: WaybillDatabase;
let proxy: TcpProxy;
let database: Database;
let listener: ChannelListener;
let told: string[];

beforeEach(async () => {
  house = await openWaybillDatabase();
  proxy = await TcpProxy.open(house.connection.port);
  database = new Database({ ...house.options, poolSize: 1 });
  await database.open({ ...house.connection, host: '127.0.0.1', port: proxy.port });
  told = [];
});
afterEach(async () => {
  await listener.stop();
  await database.close();
  await proxy.close();
  await house.drop();
});

async function listen(options?: ChannelListenerOptions): Promise<void> {
  const events = {
    onListening: () => void told.push('listening'),
    onNotification: (payload: string) => void told.push(payload),
    onSilent: () => void told.push('silent'),
    onLost: () => undefined,
    onFailure: () => undefined,
  };
  listener = new ChannelListener(database, CHANNEL, events, options);
  listener.start();
  await eventually(() => expect(told).toEqual(['listening']), WAIT);
}

const say = (text: string): Promise<unknown> => house.rows(`SELECT pg_notify('${CHANNEL}', $1)`, [text]);

it('a listener hears, is silent once its connection is lost, and hears again', async () => {
  await listen();
  await say('one');
  await eventually(() => expect(told).toContain('one'), WAIT);
  proxy.cutAll();
  await eventually(() => expect(told.slice(2)).toEqual(['silent', 'listening']), WAIT);
  await say('two');
  await eventually(() => expect(told.at(-1)).toBe('two'), WAIT);
});

it('a listener whose probes are answered late is silent until one is answered in time', async () => {
  await listen({ probeEveryMs: 250, silentAfterMs: 1_500 });
  proxy.delayAnswers(2_500);
  await eventually(() => expect(told).toEqual(['listening', 'silent']), WAIT);
  // It comes as late as the answers, of which several are late by then.
  await say('late');
  await eventually(() => expect(told).toEqual(['listening', 'silent', 'late']), WAIT);
  proxy.delayAnswers(0);
  await eventually(() => expect(told.slice(3)).toEqual(['listening']), WAIT);
});
