import { keyPrefixOf, requireDistinctCaches, requireDistinctKeys } from './cache/cache-declaration.js';
import { ALL_CONTEXTS, namesFor } from './config/all-contexts.js';
import { ConfigurationError } from './config/configuration.error.js';
import type { Settings } from './config/setting-group.js';
import type { Context } from './context.js';
import type { OwnSchema } from './database/database.js';

const NAME = /^[a-z][a-z0-9_]*$/;
/** Schemas of PostgreSQL's and of the main context's, and what stands for all contexts. */
const TAKEN_NAMES: readonly string[] = ['public', 'information_schema', 'pg_catalog', ALL_CONTEXTS];

/** Two contexts claim the same, or one claims what is not its own. */
export class ContextError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContextError';
  }
}

/** The schema that a context's tables stand in; undefined for that of the main one, which every database has. */
export const schemaOf = ({ name, isMain }: Context): string | undefined => (isMain ? undefined : name);

/** That schema, with what makes its tables; none for the main context. */
export function ownSchemaOf(context: Context): OwnSchema[] {
  const name = schemaOf(context);
  return name === undefined ? [] : [{ name, migrations: context.migrations ?? [] }];
}

/**
 * The contexts that a deployment is for, in the order in which the house has them.
 *
 * @param names as CONTEXTS has them; `all`, alone, for every one
 * @throws ConfigurationError naming one that is not there
 */
export function chosenContexts(contexts: readonly Context[], names: readonly string[]): Context[] {
  const known = contexts.map(({ name }) => name);
  const chosen = namesFor(names, known);
  if (!chosen.every((name) => known.includes(name))) {
    throw new ConfigurationError([
      `CONTEXTS is ${JSON.stringify(names.join(','))}: expected ${ALL_CONTEXTS} alone, or a comma-separated list of ${known.join(', ')}`,
    ]);
  }
  return contexts.filter(({ name }) => chosen.includes(name));
}

/**
 * That contexts share nothing: neither names nor tables nor caches, nor the names of what TypeORM knows tables by, nor parts
 * of the API's description. What they claim of topics, settings, metrics, and parts of health is checked where each is known.
 *
 * @throws ContextError, CacheDeclarationError, naming both
 */
export function requireDistinctContexts(contexts: readonly Context[], settings: Settings): void {
  const owners = new Map<string, string>();
  const claim = (what: string, context: string): void => {
    const owner = owners.get(what);
    if (owner !== undefined)
      throw new ContextError(`${what} is claimed by two contexts: ${owner} and ${context}`);
    owners.set(what, context);
  };
  for (const context of contexts) {
    const { name, entities, caches = [] } = context;
    if (!NAME.test(name) || TAKEN_NAMES.includes(name) || name.startsWith('pg_')) {
      throw new ContextError(
        `a context is called ${JSON.stringify(name)}: expected lower-case letters, digits and _`,
      );
    }
    claim(`the name ${name}`, name);
    if (context.isMain) claim('to be the main context', name);
    const { operations = {}, schemas = {} } = context.api?.(settings) ?? {};
    for (const operation of Object.keys(operations)) claim(`the operation ${operation}`, name);
    for (const schema of Object.keys(schemas)) claim(`the schema ${schema}`, name);
    for (const { options } of entities) {
      const { schema, tableName = options.name } = options;
      if (schema !== schemaOf(context)) {
        throw new ContextError(
          `the table ${tableName} of the context ${name} is in the schema ${schema ?? 'public'}: expected ${schemaOf(context) ?? 'public'}`,
        );
      }
      claim(`the entity ${options.name}`, name);
      claim(`the table ${schema ?? 'public'}.${tableName}`, name);
    }
    for (const cache of caches) claim(`the cache ${cache.name}`, name);
  }
  requireDistinctCaches(contexts.flatMap(({ caches = [] }) => caches));
  requireDistinctKeys(
    contexts.flatMap(({ name, caches = [], redisKeyPrefixes = [] }) => [
      ...caches.map((cache) => ({ owner: `the cache ${cache.name}`, prefix: keyPrefixOf(cache) })),
      ...redisKeyPrefixes.map((prefix) => ({ owner: `the context ${name}`, prefix })),
    ]),
  );
}
