import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { USER_CACHE } from './cache/user-cache.declaration.js';
import { PromosHttpModule } from './http/http.module.js';
import { PROMOS_API } from './http/promos.api.js';
import { PROMOS_SETTINGS } from './promos.settings.js';
import { PromosRepositoryModule } from './repository/repository.module.js';
import { UserEntity } from './repository/user.entity.js';
import { Users1796990400000 } from './repository/users.migration.js';

@Module({ imports: [PromosRepositoryModule] })
class PromosModule {}

/** Where promotions lead users: one small look-up, asked for very often. */
export const promos: Context = {
  name: 'promos',
  settings: PROMOS_SETTINGS,
  entities: [UserEntity],
  migrations: [Users1796990400000],
  topics: () => ({}),
  consumes: [],
  // Small, mostly out of memory, and clients depend on the bytes.
  plainRoutes: () => ['/v1/users'],
  caches: [USER_CACHE],
  commands: async () => (await import('./promos.commands.js')).PROMOS_COMMANDS,
  api: () => PROMOS_API,
  module: ({ ROLES }) => ({
    module: PromosModule,
    imports: ROLES.includes('api') ? [PromosHttpModule] : [],
  }),
};
