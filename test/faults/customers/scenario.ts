import type { CustomersStage } from './customers-stage.js';
import type { Promises } from './promises.js';

/** How much, and for how long. */
export interface CustomersScale {
  readonly customers: number;
  readonly restarts: number;
  /** For how long a service is away. */
  readonly awaySeconds: number;
}

export const FULL: CustomersScale = { customers: 200_000, restarts: 10, awaySeconds: 60 };
/** For `make test`. */
export const IN_SHORT: CustomersScale = { customers: 20_000, restarts: 3, awaySeconds: 5 };

/** Something that befalls replicas or what they lean on. It begins with no replica, and may leave some running. */
export interface CustomersScenario {
  readonly name: string;
  run(stage: CustomersStage, promises: Promises, scale: CustomersScale): Promise<void>;
}
