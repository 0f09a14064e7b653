/**
 * What a pattern takes of a path; undefined where it does not fit.
 *
 * @param {string[]} pattern
 * @param {string[]} parts
 * @returns {Record<string, string> | undefined}
 */
export function match(pattern, parts) {
  /** @type {Record<string, string>} */
  const params = {};
  for (const [index, expected] of pattern.entries()) {
    if (expected === '*') return { ...params, '*': parts.slice(index).join('/') };
    const part = parts[index];
    if (part === undefined) return undefined;
    if (expected.startsWith(':')) params[expected.slice(1)] = part;
    else if (expected !== part) return undefined;
  }
  return parts.length === pattern.length ? params : undefined;
}

/** @param {string} path */
export function partsOf(path) {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
