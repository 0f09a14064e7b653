import type { Dice } from '../dice.js';
import { BROKER_AWAY } from './broker-away.js';
import { type CustomersServices, CustomersStage } from './customers-stage.js';
import { Promises } from './promises.js';
import { REGISTRY_AWAY } from './registry-away.js';
import { REPLICAS } from './replicas.js';
import { RESTARTS } from './restarts.js';
import type { CustomersScale, CustomersScenario } from './scenario.js';
import { TOPIC_ANEW } from './topic-anew.js';

export const SCENARIOS: readonly CustomersScenario[] = [
  ...RESTARTS,
  ...BROKER_AWAY,
  ...REGISTRY_AWAY,
  ...REPLICAS,
  ...TOPIC_ANEW,
];

/**
 * Runs a scenario on a topic of its own. What ends it early is a broken promise as well.
 *
 * @param env more settings of the program
 */
export async function runScenario(
  services: CustomersServices,
  scenario: CustomersScenario,
  scale: CustomersScale,
  dice: Dice,
  env: Readonly<Record<string, string>> = {},
): Promise<Promises> {
  const stage = await CustomersStage.open(services, dice, scale.customers, env);
  const promises = new Promises(stage.book);
  try {
    await scenario.run(stage, promises, scale);
  } catch (error) {
    promises.holds('the scenario', false, (error as Error).message);
  } finally {
    await services.kafka.comeBack();
    await services.registry.wire.accept();
    await stage.close();
  }
  return promises;
}
