import type { DynamicModule } from '@nestjs/common';
import type { EntitySchema } from 'typeorm';
import type { Environment } from './config/environment.js';

/** A context of the shop, such as orders: what the house has to know of it in order to take it in. */
export interface Context {
  /** Its tables. */
  readonly entities: readonly EntitySchema[];
  /** Its topics' names as its code knows them, and as this deployment calls them. */
  topics(environment: Environment): Record<string, string>;
  /** Its layers, as far as this process's roles need them. */
  module(environment: Environment): DynamicModule;
}
