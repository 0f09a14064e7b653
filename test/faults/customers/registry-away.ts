import { setTimeout as pause } from 'node:timers/promises';
import { KeptGets } from '../../../src/customers/load-test/kept-gets.js';
import { eventually } from '../../support/eventually.js';
import { checkAll } from './check-all.js';
import { pathOf } from './customer-readers.js';
import type { CustomerReplica } from './customer-replica.js';
import { PARTITIONS } from './customers-stage.js';
import type { CustomersScenario } from './scenario.js';
import { requireRefused, startUntilReady, underLoad } from './under-load.js';

const WAITING_PARTITION = 2;
const TOLD_WITHIN_MS = 20_000;

/** Resolves once its health names the schema that it waits for. */
const namesSchema = (replica: CustomerReplica, schemaId: number): Promise<void> =>
  eventually(
    async () => {
      const text = await replica.health();
      if (!new RegExp(String.raw`schema[^"]*\b${schemaId}\b`, 'i').test(text)) {
        throw new Error(`/health does not name the schema ${schemaId}: ${text}`);
      }
    },
    { timeoutMs: TOLD_WITHIN_MS },
  );

export const REGISTRY_AWAY: readonly CustomersScenario[] = [
  {
    name: 'the registry is away when it starts',
    async run(stage, promises, { awaySeconds }) {
      const { registry } = stage.services;
      await registry.wire.refuse();
      const replica = await stage.addReplica();
      await replica.start();
      await namesSchema(replica, stage.schemaId);
      const untilMs = performance.now() + awaySeconds * 1_000;
      while (performance.now() < untilMs) {
        promises.holds('it is not ready', !(await replica.isReady()), 'it is ready');
        await requireRefused(stage, replica, promises);
        await pause(100);
      }
      await registry.wire.accept();
      const backAtMs = performance.now();
      await replica.untilReady(() => requireRefused(stage, replica, promises));
      promises.took('ready, after the registry was back', (performance.now() - backAtMs) / 1_000);
      await checkAll(stage, replica.run!, promises, 'each customer, afterwards');
    },
  },
  {
    name: 'the registry is away when a new schema comes',
    async run(stage, promises, { awaySeconds, aroundMs }) {
      const { book, services } = stage;
      const { registry } = services;
      const replica = await stage.addReplica();
      await startUntilReady(stage, replica, promises);
      const laterId = await registry.laterSchema(`${stage.topic}-value`);
      await registry.wire.refuse();
      await underLoad(stage, promises, 'without the registry, the schema known', () => pause(aroundMs));
      await stage.caughtUp(replica.run!);

      const waiting = book.present().find((id) => stage.partitionOf(id) === WAITING_PARTITION)!;
      await stage.writeLater(laterId, [waiting]);
      await namesSchema(replica, laterId);
      await underLoad(stage, promises, 'while a partition waits', async (row) => {
        await pause(awaySeconds * 1_000);
        promises.holds('X-Data-Lag has grown', row.maxLagSeconds > 0, '0 s at most');
        promises.holds('it is ready all the time', await replica.isReady(), 'it is not ready any more');
      });
      const others = [...Array(PARTITIONS).keys()].filter((partition) => partition !== WAITING_PARTITION);
      await stage.caughtUp(replica.run!, others);
      const connection = await KeptGets.open(replica.url);
      const { head } = await connection.get(pathOf(waiting));
      connection.close();
      promises.holds('the new record waits', !head.includes(`"${book.versionOf(waiting)}"`), head);

      await registry.wire.accept();
      const backAtMs = performance.now();
      await stage.caughtUp(replica.run!);
      promises.took('caught up, after the registry was back', (performance.now() - backAtMs) / 1_000);
      await checkAll(stage, replica.run!, promises, 'each customer, afterwards');
    },
  },
];
