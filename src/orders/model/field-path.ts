const PLAIN_NAME = /^[A-Za-z_$][\w$-]{0,63}$/;

const MAX_QUOTED_CHARACTERS = 64;

/**
 * `payment.amount` for the field `amount` at `payment`. A name that would make the path ambiguous, unprintable
 * or endless is quoted as JSON and cut after 64 characters: `delivery["a.b"]`.
 */
export function fieldPath(parent: string, name: string): string {
  if (!PLAIN_NAME.test(name)) return `${parent}[${JSON.stringify(cut(name))}]`;
  return parent === '' ? name : `${parent}.${name}`;
}

/** `items[0]` for the first element of `items`. */
export function elementPath(parent: string, index: number): string {
  return `${parent}[${index}]`;
}

function cut(name: string): string {
  return name.length <= MAX_QUOTED_CHARACTERS ? name : `${name.slice(0, MAX_QUOTED_CHARACTERS)}…`;
}
