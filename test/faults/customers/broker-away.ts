import { setTimeout as pause } from 'node:timers/promises';
import { checkAll } from './check-all.js';
import type { CustomersStage } from './customers-stage.js';
import type { CustomersScale, CustomersScenario } from './scenario.js';
import type { Promises } from './promises.js';
import { startUntilReady, underLoad } from './under-load.js';

/** A replica may take a while until it notices. */
const NOTICED_WITHIN_SECONDS = 4;

async function awayFor(
  stage: CustomersStage,
  promises: Promises,
  { awaySeconds, aroundMs }: CustomersScale,
  begin: () => Promise<unknown>,
  end: () => Promise<unknown>,
): Promise<void> {
  const replica = await stage.addReplica();
  await startUntilReady(stage, replica, promises);
  await underLoad(stage, promises, 'before', () => pause(aroundMs));
  await underLoad(stage, promises, 'while the broker is away', async (row) => {
    await begin();
    await pause(awaySeconds * 1_000);
    promises.holds(
      'X-Data-Lag has grown',
      row.maxLagSeconds >= awaySeconds - NOTICED_WITHIN_SECONDS,
      `${row.maxLagSeconds} s at most, after ${awaySeconds} s`,
    );
    promises.holds('it is ready all the time', await replica.isReady(), 'it is not ready any more');
    // The writer waits for the broker, and the work must not wait for the writer.
    await end();
  });
  const backAtMs = performance.now();
  await stage.caughtUp(replica.run!);
  promises.took('caught up, after the broker was back', (performance.now() - backAtMs) / 1_000);
  await underLoad(stage, promises, 'afterwards', () => pause(aroundMs));
  await checkAll(stage, replica.run!, promises, 'each customer, afterwards');
}

export const BROKER_AWAY: readonly CustomersScenario[] = [
  {
    name: 'the broker cannot be reached, and others go on writing',
    run: (stage, promises, scale) =>
      awayFor(
        stage,
        promises,
        scale,
        () => stage.services.kafka.wire.refuse(),
        () => stage.services.kafka.wire.accept(),
      ),
  },
  {
    name: 'the broker is killed, and started again',
    run: (stage, promises, scale) =>
      awayFor(
        stage,
        promises,
        scale,
        () => stage.services.kafka.goAway('immediate'),
        () => stage.services.kafka.comeBack(),
      ),
  },
];
