import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, settingFrom } from './benchmark.js';
import { createDatabase } from './database.js';
import { timedTool } from './load.js';
import { CONNECTIONS } from './load/load-options.js';
import { canPin } from './pinning.js';
import { measureCold } from './read/cold.js';
import { Figures } from './read/figures.js';
import { measureHerd } from './read/herd.js';
import { measureHot } from './read/hot.js';
import { measureHttps } from './read/hot-https.js';
import { warmed } from './read/pinned-program.js';
import { storeOrders } from './read/stored-orders.js';
import { measureWithRedis } from './read/with-redis.js';
import { readyOrders } from './references/ready-orders.js';
import type { Services } from './services.js';

const HERD_CONNECTIONS = 2_000;

const DEFINITION = [
  'GET /api/orders/:order_uid, distinct orders of two items and about 1 kB of JSON each, asked for in turn. waybill: the',
  'built program on PostgreSQL, all roles, its own defaults, /metrics on. Those that it is compared with hold the same',
  'orders in an lru-cache, have no metrics, and answer the same bytes: raw node:http, Fastify with one route and no',
  'hooks, a Nest controller on Fastify. A server that has been under load for 2 s is measured; they take turns.',
  'hot GET: 200 from memory. not modified: If-None-Match with the right ETag, 304. absent: 1,000 ids that there are no',
  'orders of, 404; waybill asks PostgreSQL again for what it has known to be absent for 5 s.',
  'cold GET: a program that has just started, with nothing in memory; each stored order is asked for once, and the time',
  'is that of all but the first tenth. The load comes from autocannon.',
  'by HTTPS: the program with a certificate of its own (TLS 1.3, P-256), beside raw node:https with the same, and beside the',
  'program by HTTP in the same round; connections are kept. cold GET, with Redis: as cold GET, and Redis is asked first and given',
  'what PostgreSQL has; from Redis: another program that has just started asks for the same then. Each in the clear, and by TLS to',
  "both with the server's name checked. Nothing of a read goes over Kafka. Left out where a server is not the run's own.",
  `herd: one order that is not in memory, asked for by ${HERD_CONNECTIONS.toLocaleString('en')} connections at once. The`,
  'table is locked until all wait; the queries are those that PostgreSQL has counted. The program is without SEARCH, which',
  'looks at new orders by their ids beside.',
];

/** Orders out of the program: from memory, from PostgreSQL, and one that all ask for at once. */
export const read: Benchmark = {
  name: 'read',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 5);
    const seconds = settingFrom('BENCH_SECONDS', 5);
    const hotOrders = settingFrom('BENCH_HOT_ORDERS', 20_000);
    const coldOrders = settingFrom('BENCH_COLD_ORDERS', 50_000);
    const { connection } = await services.postgres();
    const database = await createDatabase(connection);
    const figures = new Figures();
    const faults: string[] = [];
    try {
      await storeOrders(database.connection, Math.max(hotOrders, coldOrders), progress);
      const hot = { databaseUrl: database.url, orders: hotOrders, rounds, seconds };
      faults.push(...(await measureHot(hot, figures, progress)));
      const certificate = await services.certificate();
      if (certificate) faults.push(...(await measureHttps(hot, certificate, figures, progress)));
      const cold = readyOrders(coldOrders);
      const orderUids = cold.map(({ orderUid }) => orderUid);
      for (let round = 1; round <= rounds; round++) {
        const title = `read, from PostgreSQL, round ${round} of ${rounds}`;
        const options = { settings: warmed(database.url, 0), orderUids, row: 'cold GET', column: 'waybill' };
        faults.push(...(await measureCold(options, figures, progress, title)));
      }
      for (let round = 1; round <= rounds; round++) {
        const title = `read, with Redis, round ${round} of ${rounds}`;
        faults.push(...(await measureWithRedis({ services, database, orderUids, title }, figures, progress)));
      }
      for (let round = 1; round <= rounds; round++) {
        const title = `read, a herd, round ${round} of ${rounds}`;
        const options = { database, order: cold[0]!, connections: HERD_CONNECTIONS };
        faults.push(...(await measureHerd(options, figures, progress, title)));
      }
    } finally {
      await database.drop();
    }
    return {
      definition: [...DEFINITION, howMeasured()],
      settings: { rounds, seconds, connections: CONNECTIONS, hotOrders, coldOrders },
      measurements: figures.measurements(),
      faults,
    };
  },
};

function howMeasured(): string {
  const cores = canPin()
    ? 'the servers were kept to core 0 and the load to core 1'
    : 'neither the servers nor the load were kept to a core';
  return `The other load came from ${timedTool()}; ${cores}.`;
}
