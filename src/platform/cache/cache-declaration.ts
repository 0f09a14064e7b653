/** A cache that a context has, as the program knows it before anything is opened. */
export interface CacheDeclaration {
  /** Unique; the label `cache` of its metrics. A context's only cache has the context's name. */
  readonly name: string;
  /** Its share of CACHE_MAX_BYTES, relative to the weights of all caches of the process; 1 by default. */
  readonly weight?: number;
  /** The prefix of its keys in Redis; `waybill:<name>:` by default. */
  readonly keyPrefix?: string;
}

/** Two caches have conflicting names or prefixes, a declaration is invalid, or a cache is opened twice. */
export class CacheDeclarationError extends Error {
  override readonly name = 'CacheDeclarationError';
}

export const keyPrefixOf = ({ name, keyPrefix }: CacheDeclaration): string => keyPrefix ?? `waybill:${name}:`;

const weightOf = ({ weight }: CacheDeclaration): number => weight ?? 1;

/**
 * That no two caches have one name, nor could have one key in Redis: a prefix that another one begins with would have its
 * owner delete the other's entries with its own.
 *
 * @throws CacheDeclarationError naming both
 */
export function requireDistinctCaches(declarations: readonly CacheDeclaration[]): void {
  for (const [index, one] of declarations.entries()) {
    const weight = weightOf(one);
    if (!(weight > 0 && weight < Infinity)) {
      throw new CacheDeclarationError(`the cache ${one.name} has the weight ${weight}: expected more than 0`);
    }
    for (const other of declarations.slice(0, index)) {
      if (other.name === one.name) throw new CacheDeclarationError(`two caches have the name ${one.name}`);
    }
  }
  requireDistinctKeys(
    declarations.map((one) => ({ owner: `the cache ${one.name}`, prefix: keyPrefixOf(one) })),
  );
}

/** Whose keys in Redis begin with a prefix. */
export interface KeyPrefix {
  /** Such as `the cache orders`. */
  readonly owner: string;
  readonly prefix: string;
}

/** @throws CacheDeclarationError naming two that could have the same key */
export function requireDistinctKeys(prefixes: readonly KeyPrefix[]): void {
  for (const [index, { owner, prefix }] of prefixes.entries()) {
    for (const other of prefixes.slice(0, index)) {
      if (other.prefix.startsWith(prefix) || prefix.startsWith(other.prefix)) {
        throw new CacheDeclarationError(
          `${other.owner} and ${owner} could have the same key in Redis: their prefixes are ${other.prefix} and ${prefix}`,
        );
      }
    }
  }
}

/** Splits `maxBytes` among the caches by weight. @returns bytes by cache name, whose sum is at most `maxBytes` */
export function byteShares(
  maxBytes: number,
  declarations: readonly CacheDeclaration[],
): ReadonlyMap<string, number> {
  const total = declarations.reduce((sum, declaration) => sum + weightOf(declaration), 0);
  return new Map(
    declarations.map((one) => [one.name, Math.floor(maxBytes * (weightOf(one) / total))] as const),
  );
}
