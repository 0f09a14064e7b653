import type { Promises } from './promises.js';
import type { PromosStage } from './promos-stage.js';

/** How much is asked. */
export interface PromosScale {
  /** Users of each kind of answer. */
  readonly users: number;
  /** Who ask for them at the same time. */
  readonly callers: number;
  /** Who ask for one user in the same moment. */
  readonly crowd: number;
}

export const FULL: PromosScale = { users: 2_000, callers: 16, crowd: 10_000 };
/** For `make test`. */
export const IN_SHORT: PromosScale = { users: 200, callers: 8, crowd: 10_000 };

/** Users that the scenarios use up, at most, for each that is asked for at a time. */
export const USERS_A_SCALE = 40;

/** Something that befalls a store or callers, and what all are told meanwhile and afterwards. It leaves everything well. */
export interface PromosScenario {
  readonly name: string;
  /** What it judges depends on how fast the machine is, so nothing else may run beside it. */
  readonly isTimed?: true;
  run(stage: PromosStage, promises: Promises, scale: PromosScale): Promise<void>;
}
