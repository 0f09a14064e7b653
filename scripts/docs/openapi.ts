import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { register } from 'prom-client';

const BUILT = join(import.meta.dirname, '..', '..', 'dist', 'src');

/** The program has not been built. */
export class NotBuiltError extends Error {
  constructor() {
    super('dist/ is not there: build first (npm run build)');
    this.name = 'NotBuiltError';
  }
}

/**
 * The built modules: Nest puts its parts together by the types of their constructors, which only the build writes
 * into the code.
 */
async function builtModules() {
  if (!existsSync(join(BUILT, 'main.js'))) throw new NotBuiltError();
  // Other documents are made from the sources, whose metrics have the same names.
  register.clear();
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(BUILT, path)).href);
  return {
    ...((await load('app.module.js')) as typeof import('../../src/app.module.js')),
    ...((await load(
      'customers/customers.settings.js',
    )) as typeof import('../../src/customers/customers.settings.js')),
    ...((await load('api-description.js')) as typeof import('../../src/api-description.js')),
    ...((await load(
      'platform/config/environment.js',
    )) as typeof import('../../src/platform/config/environment.js')),
    ...((await load(
      'platform/config/setting-group.js',
    )) as typeof import('../../src/platform/config/setting-group.js')),
    ...((await load(
      'platform/database/database.js',
    )) as typeof import('../../src/platform/database/database.js')),
    ...((await load(
      'platform/http/http-adapter.js',
    )) as typeof import('../../src/platform/http/http-adapter.js')),
    ...((await load('platform/logging/logger.js')) as typeof import('../../src/platform/logging/logger.js')),
  };
}

/**
 * The description of the API that the built program gives at `/swagger/json`, without listening and without a
 * database.
 *
 * @throws NotBuiltError
 */
export async function openApiJson(): Promise<string> {
  const built = await builtModules();
  const groups = [built.PROGRAM_SETTINGS, ...built.CONTEXTS.flatMap((context) => context.settings ?? [])];
  // What may be switched on is described as well.
  const customers = Object.assign(new built.CustomersSettings(), { CUSTOMERS_WRITES: 'on' });
  const house = {
    settings: built.Settings.defaults(groups, customers),
    contexts: built.CONTEXTS,
    elsewhere: [],
  };
  const log = built.createLogger('silent');
  const database = new built.Database(built.databaseOptions(house));
  const app = await NestFactory.create<NestFastifyApplication>(
    built.AppModule.register(house, log, database),
    built.createHttpAdapter(log),
    { logger: false, abortOnError: false, bodyParser: false },
  );
  try {
    return `${JSON.stringify(built.apiDocument(app, house), null, 2)}\n`;
  } finally {
    await app.close();
  }
}
