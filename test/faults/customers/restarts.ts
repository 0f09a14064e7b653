import { setTimeout as pause } from 'node:timers/promises';
import { checkAll } from './check-all.js';
import type { CustomersScenario } from './scenario.js';
import { startUntilReady, underLoad } from './under-load.js';

const CUSTOMERS_A_SEND = 2_000;
/** Longer than from one snapshot to the next. */
const SNAPSHOT_WAIT_MS = 5_000;

export const RESTARTS: readonly CustomersScenario[] = [
  {
    name: 'it is killed and restarted under load',
    async run(stage, promises, { restarts, lifeMs }) {
      const { dice } = stage;
      const replica = await stage.addReplica();
      promises.took('the first start', await startUntilReady(stage, replica, promises));
      for (let time = 1; time <= restarts; time++) {
        await underLoad(stage, promises, 'while it is killed and restarted', async () => {
          await pause(dice.between(0, lifeMs));
          await replica.kill();
          promises.took(`restart ${time}`, await startUntilReady(stage, replica, promises));
        });
        await checkAll(stage, replica.run!, promises, 'each customer, after a restart');
      }
    },
  },
  {
    name: 'half of the customers are deleted, and it is killed and restarted',
    async run(stage, promises) {
      const { book, writer } = stage;
      const replica = await stage.addReplica();
      await startUntilReady(stage, replica, promises);
      const doomed = book.present().filter((_, index) => index % 2 === 0);
      for (let first = 0; first < doomed.length; first += CUSTOMERS_A_SEND) {
        await writer.write(doomed.slice(first, first + CUSTOMERS_A_SEND).map((id) => book.remove(id)));
      }
      for (const [what, waitMs] of [
        ['each customer, restarted before a snapshot', 0],
        ['each customer, restarted after a snapshot', SNAPSHOT_WAIT_MS],
      ] as const) {
        await pause(waitMs);
        await replica.kill();
        promises.took('restart', await startUntilReady(stage, replica, promises));
        await checkAll(stage, replica.run!, promises, what);
      }
      // The other scenarios want them back.
      for (let first = 0; first < doomed.length; first += CUSTOMERS_A_SEND) {
        await writer.write(doomed.slice(first, first + CUSTOMERS_A_SEND).map((id) => book.change(id)));
      }
    },
  },
];
