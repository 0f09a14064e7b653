import type { CacheDeclaration } from '../../platform/cache/cache-declaration.js';

/** Others read and write these keys too, so they are called as they always were. */
export const USER_CACHE: CacheDeclaration = { name: 'promos', keyPrefix: 'user:' };
