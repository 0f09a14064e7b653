import type { DynamicModule } from '@nestjs/common';
import { fileURLToPath } from 'node:url';
import { customers } from './customers/customers.module.js';
import { entries } from './entries/entries.module.js';
import { inventory } from './inventory/inventory.module.js';
import { orders } from './orders/orders.module.js';
import { payments } from './payments/payments.module.js';
import { Environment } from './platform/config/environment.js';
import type { Settings } from './platform/config/setting-group.js';
import { ownSchemaOf, requireDistinctContexts } from './platform/context-registry.js';
import type { Context } from './platform/context.js';
import { type Database, type DatabaseOptions } from './platform/database/database.js';
import { type Features, NOTHING_SWITCHED_ON, type Switches } from './platform/features/features.js';
import { knownFailures } from './platform/known-failures.js';
import type { Logger } from './platform/logging/logger.js';
import type { MessagingContext } from './platform/messaging/messaging.module.js';
import { Topics } from './platform/messaging/topics.js';
import { PLATFORM_ENTITIES, PlatformModule } from './platform/platform.module.js';
import { packageVersion } from './platform/version.js';
import { promos } from './promos/promos.module.js';
import { sensors } from './sensors/sensors.module.js';
import { tracking } from './tracking/tracking.module.js';

/** The contexts of this house. A new kind of event is a new folder beside `orders/` and one more name here. */
export const CONTEXTS: readonly Context[] = [
  orders,
  payments,
  sensors,
  tracking,
  inventory,
  promos,
  customers,
  entries,
];

const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../migrations', import.meta.url));

/** What a process is started with. */
export interface House {
  readonly settings: Settings;
  /** Those that it is for. */
  readonly contexts: readonly Context[];
  /** Those that it is not for, which may run in other processes. */
  readonly elsewhere: readonly Context[];
}

export function databaseOptions(
  { settings, contexts }: Pick<House, 'settings' | 'contexts'>,
  log?: Logger,
): DatabaseOptions {
  return {
    entities: [...PLATFORM_ENTITIES, ...contexts.flatMap((context) => context.entities)],
    migrationsDirectory: MIGRATIONS_DIRECTORY,
    schemas: contexts.flatMap(ownSchemaOf),
    poolSize: settings.of(Environment).DB_POOL_SIZE,
    report: log && ((fields, message) => log.warn(fields, message)),
  };
}

const messagingOf = (context: Context, settings: Settings): MessagingContext => ({
  name: context.name,
  isMain: context.isMain === true,
  own: context.topics(settings),
  consumes: context.consumes,
  compacted: context.compacted,
  large: context.large,
  isVital: context.isVital,
  replayGroup: context.replayGroup?.(settings),
});

/** The topics of a house, as a command that runs beside the program knows them. */
export const topicsOf = ({ settings, contexts, elsewhere }: House): Topics =>
  new Topics(
    contexts.map((context) => {
      const { name, ...claims } = messagingOf(context, settings);
      return { context: name, ...claims };
    }),
    topicsElsewhere(elsewhere, settings),
  );

const topicsElsewhere = (contexts: readonly Context[], settings: Settings) =>
  Object.fromEntries(contexts.map((context) => [context.name, context.topics(settings)]));

const featuresOf = (contexts: readonly Context[], settings: Settings): Features => ({
  ...NOTHING_SWITCHED_ON,
  ...(Object.assign({}, ...contexts.map((context) => context.switches?.(settings))) as Partial<Switches>),
  version: packageVersion(),
  contexts: contexts.map(({ name }) => name),
});

/** The whole house: the platform, and the contexts on top of it. */
export class AppModule {
  /** @throws ContextError, CacheDeclarationError, TopicClaimedTwiceError */
  static register({ settings, contexts, elsewhere }: House, log: Logger, database: Database): DynamicModule {
    requireDistinctContexts(contexts, settings);
    const environment = settings.of(Environment);
    return {
      module: AppModule,
      imports: [
        PlatformModule.register({
          settings,
          log,
          database,
          contexts: contexts.map((context) => messagingOf(context, settings)),
          topicsElsewhere: topicsElsewhere(elsewhere, settings),
          failures: knownFailures(contexts),
          caches: contexts.flatMap((context) => context.caches ?? []),
          features: featuresOf(contexts, settings),
          usesRedis: contexts.some(({ redisKeyPrefixes = [] }) => redisKeyPrefixes.length > 0),
        }),
        ...contexts.map((context) => context.module(environment, settings)),
      ],
    };
  }
}
