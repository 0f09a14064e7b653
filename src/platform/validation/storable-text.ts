/** String.prototype.isWellFormed is ES2024: in Node since 20.0, not yet in the ES2023 types. */
type Es2024String = string & { isWellFormed(): boolean };

/**
 * Whether a value is text that PostgreSQL can store: it refuses NUL (U+0000), and a lone surrogate has no UTF-8.
 * JSON.parse lets both pass.
 */
export function isStorableText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && isWellFormed(value);
}

export function isWellFormed(text: string): boolean {
  return (text as Es2024String).isWellFormed();
}

/** In code points, as PostgreSQL and JSON Schema count. */
export function countCharacters(text: string): number {
  let characters = 0;
  for (const _ of text) characters++;
  return characters;
}
