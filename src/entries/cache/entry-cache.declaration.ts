import type { CacheDeclaration } from '../../platform/cache/cache-declaration.js';

export const ENTRY_CACHE: CacheDeclaration = { name: 'entries' };
