import type { CustomersStage } from './customers-stage.js';
import type { Promises } from './promises.js';

/** How much, and for how long. */
export interface CustomersScale {
  readonly customers: number;
  readonly restarts: number;
  /** How long a replica lives at most before it is killed: some die before their first snapshot, some after it. */
  readonly lifeMs: number;
  /** For how long a service is away. */
  readonly awaySeconds: number;
  /** For how long there is load before and after that. */
  readonly aroundMs: number;
}

export const FULL: CustomersScale = {
  customers: 200_000,
  restarts: 10,
  lifeMs: 4_000,
  awaySeconds: 60,
  aroundMs: 2_000,
};
/** For `make test`. */
export const IN_SHORT: CustomersScale = {
  customers: 20_000,
  restarts: 3,
  lifeMs: 2_000,
  awaySeconds: 5,
  aroundMs: 500,
};

/** Something that befalls replicas or what they lean on. It begins with no replica, and may leave some running. */
export interface CustomersScenario {
  readonly name: string;
  run(stage: CustomersStage, promises: Promises, scale: CustomersScale): Promise<void>;
}
