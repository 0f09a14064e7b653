import { eventually } from '../../support/eventually.js';
import { KeptGets } from '../../../src/customers/load-test/kept-gets.js';
import { checkAll } from './check-all.js';
import { pathOf } from './customer-readers.js';
import type { CustomersScenario } from './scenario.js';
import { startUntilReady } from './under-load.js';

/** In the new topic, of those that were in the old one. */
const SHARE = 0.1;
const NOTICED_WITHIN_MS = 120_000;

export const TOPIC_ANEW: readonly CustomersScenario[] = [
  {
    name: 'the topic is deleted and made anew while it is down',
    async run(stage, promises, { customers }) {
      const replica = await stage.addReplica();
      await startUntilReady(stage, replica, promises);
      await checkAll(stage, replica.run!, promises, 'each customer, before');
      const old = [...stage.book.all()];
      await replica.stop();
      await stage.deleteTopic();
      await stage.createTopic();
      await stage.writer.fill(customers * SHARE);
      promises.took('the start', await startUntilReady(stage, replica, promises));
      await checkAll(stage, replica.run!, promises, 'each customer, afterwards', gone(stage.book.all(), old));
    },
  },
  {
    name: 'the topic is deleted and made anew while it runs',
    async run(stage, promises, { customers }) {
      const replica = await stage.addReplica();
      await startUntilReady(stage, replica, promises);
      const old = [...stage.book.all()];
      await stage.deleteTopic();
      await stage.createTopic();
      await stage.writer.fill(customers * SHARE);
      const left = gone(stage.book.all(), old);
      const madeAtMs = performance.now();
      // What was told until it is noticed is of the old topic, as nobody could know better.
      await untilAbsent(replica.url, left.at(-1)!);
      promises.took('noticed', (performance.now() - madeAtMs) / 1_000);
      await checkAll(stage, replica.run!, promises, 'each customer, afterwards', left);
    },
  },
];

const gone = (present: readonly string[], old: readonly string[]): string[] => {
  const there = new Set(present);
  return old.filter((id) => !there.has(id));
};

async function untilAbsent(url: string, accountId: string): Promise<void> {
  await eventually(
    async () => {
      const connection = await KeptGets.open(url);
      const { status } = await connection.get(pathOf(accountId));
      connection.close();
      if (status !== 404) throw new Error(`${accountId}: ${status}`);
    },
    { timeoutMs: NOTICED_WITHIN_MS },
  );
}
