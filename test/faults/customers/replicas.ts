import { setTimeout as pause } from 'node:timers/promises';
import { checkAll } from './check-all.js';
import type { CustomersScenario } from './scenario.js';
import { startUntilReady, underLoad } from './under-load.js';

const TOGETHER_MS = 5_000;

export const REPLICAS: readonly CustomersScenario[] = [
  {
    name: 'one replica becomes three, and one again',
    async run(stage, promises) {
      const first = await stage.addReplica();
      await startUntilReady(stage, first, promises);
      const others = [await stage.addReplica(), await stage.addReplica()];
      await underLoad(
        stage,
        promises,
        'of those that are ready',
        async () => {
          await pause(TOGETHER_MS);
          const seconds = await Promise.all(
            others.map((replica) => startUntilReady(stage, replica, promises)),
          );
          promises.took('two more, started together', Math.max(...seconds));
          await pause(TOGETHER_MS);
          for (const replica of [first, others[0]!]) {
            const code = await replica.stop();
            promises.holds('the end of a replica', code === 0, `exit code ${code}`);
            await pause(TOGETHER_MS);
          }
        },
        { askUnready: false },
      );
      await checkAll(stage, others[1]!.run!, promises, 'each customer, of the last one');
    },
  },
];
