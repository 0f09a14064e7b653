import type { DynamicModule } from '@nestjs/common';
import type { EntitySchema } from 'typeorm';
import type { Check } from './checks/check.js';
import type { CacheDeclaration } from './cache/cache-declaration.js';
import type { ContextCommand } from './context-command.js';
import type { Environment } from './config/environment.js';
import type { SettingGroup, Settings } from './config/setting-group.js';
import type { MigrationClass } from './database/database.js';
import type { ApiFacts } from './http/api-facts.js';
import type { RateLimit } from './http/rate-limits.js';
import type { EventFacts } from './messaging/event-facts.js';
import type { Switches } from './features/features.js';
import type { FailureClassifier } from './failures/failure-classifier.js';

/** A context of the house, such as orders: what the house has to know of it in order to take it in. */
export interface Context {
  /** Lower-case letters, digits and `_`, such as `orders`; part of what its group, its topics and its metrics are called. */
  readonly name: string;
  /** The one that was there before there were others; see `ContextName`. */
  readonly isMain?: true;
  /** Its settings, besides those of the program. */
  readonly settings?: SettingGroup;
  /** Its tables, which stand in the PostgreSQL schema of its name; those of the main context in `public`. */
  readonly entities: readonly EntitySchema[];
  /** What makes them; those of the main context stand in `migrations/`. */
  readonly migrations?: readonly MigrationClass[];
  /** Its own topics' names as its code knows them, and as this deployment calls them. */
  topics(settings: Settings): Record<string, string>;
  /** Topics, by their names in code, whose events it may refuse: each has a topic for its dead letters. */
  readonly consumes: readonly string[];
  /** Those of its own topics, by their names in code, that keep the latest event of each key, where we make them. */
  readonly compacted?: readonly string[];
  /** Those of its own topics, by their names in code, whose messages may have 2 MiB, where we make them. */
  readonly large?: readonly string[];
  /** Whether the program is not ready before it is, and is of no use once its consumer has died. */
  readonly isVital?: true;
  /** What the groups are called after by which it reads topics from their beginning; by default after the others. */
  replayGroup?(settings: Settings): string | undefined;
  /** What it tells of its part of the API besides what its controllers do. */
  api?(settings: Settings): ApiFacts;
  /** What it tells of its topics; loaded by those alone who describe them. */
  readonly events?: () => Promise<EventFacts>;
  /** Its commands, by name: `waybill <context> <command>`; loaded by those alone who run one. */
  readonly commands?: () => Promise<Readonly<Record<string, ContextCommand>>>;
  /** Attempts at connections of its own, for `waybill doctor`; loaded by those alone who run it. */
  readonly checks?: (environment: Environment, settings: Settings) => Promise<readonly Check[]>;
  /** Patterns of its routes whose answers are never compressed. */
  plainRoutes?(settings: Settings): readonly string[];
  /** How often an address may ask for some of its routes. */
  rateLimits?(settings: Settings): readonly RateLimit[];
  /** What it knows of errors that the platform does not know; an error may also say itself what it is (`TransientError`). */
  readonly classifyFailure?: FailureClassifier;
  /** Its caches of ready answers, which it opens by `Caches`. */
  readonly caches?: readonly CacheDeclaration[];
  /** Prefixes of the keys of values that it keeps in Redis by `SharedRedis`, besides its caches. */
  readonly redisKeyPrefixes?: readonly string[];
  /** What it has that may be switched off, and whether it is on. */
  switches?(settings: Settings): Partial<Switches>;
  /** Its layers, as far as this process's roles need them. */
  module(environment: Environment, settings: Settings): DynamicModule;
}
