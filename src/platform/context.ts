import type { DynamicModule } from '@nestjs/common';
import type { EntitySchema } from 'typeorm';
import type { Environment } from './config/environment.js';

/** A context of the house, such as orders: what the house has to know of it in order to take it in. */
export interface Context {
  /** Of what it owns: lower-case letters, digits and `_`, such as `orders`. */
  readonly name: string;
  /** The one that was there before there were others; see `ContextName`. */
  readonly isMain?: true;
  /** Its tables. */
  readonly entities: readonly EntitySchema[];
  /** Its own topics' names as its code knows them, and as this deployment calls them. */
  topics(environment: Environment): Record<string, string>;
  /** Topics, by their names in code, whose events it may refuse: each has a topic for its dead letters. */
  readonly consumes: readonly string[];
  /** Its layers, as far as this process's roles need them. */
  module(environment: Environment): DynamicModule;
}
