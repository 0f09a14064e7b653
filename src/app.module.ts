import type { DynamicModule } from '@nestjs/common';
import { fileURLToPath } from 'node:url';
import { orders } from './orders/orders.module.js';
import type { Environment } from './platform/config/environment.js';
import type { Context } from './platform/context.js';
import { type Database, type DatabaseOptions } from './platform/database/database.js';
import type { Logger } from './platform/logging/logger.js';
import type { MessagingContext } from './platform/messaging/messaging.module.js';
import { PLATFORM_ENTITIES, PlatformModule } from './platform/platform.module.js';

/** The contexts of this house. A new kind of event is a new folder beside `orders/` and one more name here. */
const CONTEXTS: readonly Context[] = [orders];

const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../migrations', import.meta.url));

export function databaseOptions(environment: Environment, log?: Logger): DatabaseOptions {
  return {
    entities: [...PLATFORM_ENTITIES, ...CONTEXTS.flatMap((context) => context.entities)],
    migrationsDirectory: MIGRATIONS_DIRECTORY,
    poolSize: environment.DB_POOL_SIZE,
    report: log && ((fields, message) => log.warn(fields, message)),
  };
}

const messagingOf = (context: Context, environment: Environment): MessagingContext => ({
  name: context.name,
  isMain: context.isMain === true,
  own: context.topics(environment),
  consumes: context.consumes,
});

/** The whole house: the platform, and the contexts on top of it. */
export class AppModule {
  static register(environment: Environment, log: Logger, database: Database): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.register({
          environment,
          log,
          database,
          contexts: CONTEXTS.map((context) => messagingOf(context, environment)),
        }),
        ...CONTEXTS.map((context) => context.module(environment)),
      ],
    };
  }
}
