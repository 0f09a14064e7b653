const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON whose numbers are kept to the last digit, which JavaScript's own are not: a text `"a"` becomes `sa` and a number
 * `1.50` becomes `n15e-1`, so that two values are equal when they stand for the same. Of two fields with one name the
 * last counts. A byte order mark is ignored.
 *
 * @throws SyntaxError when it is no JSON
 */
export function parseExactly(text: string): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  JSON.parse(json);
  const tagged = json.replaceAll(TOKEN, (token) =>
    token.startsWith('"') ? `"s${token.slice(1)}` : `"n${canonicalNumber(token)}"`,
  );
  return JSON.parse(tagged);
}

/** The value of a number's text, whatever way it is written: `15e-1` for `1.50`, `0e0` for any zero. */
export function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0e0';
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${scale}`;
}

/** Where `kept` holds something else than was sent; what was sent beside it, such as unknown fields, does not matter. */
export function firstDifference(sent: unknown, kept: unknown, path = '#'): string | undefined {
  if (typeof kept !== 'object' || kept === null) {
    return Object.is(sent, kept) ? undefined : `${path}: sent ${String(sent)}, kept ${String(kept)}`;
  }
  if (typeof sent !== 'object' || sent === null)
    return `${path}: sent ${String(sent)}, kept an object or list`;
  if (Array.isArray(kept) && (!Array.isArray(sent) || sent.length !== kept.length)) {
    return `${path}: another number of elements is kept`;
  }
  for (const [name, value] of Object.entries(kept)) {
    if (!Object.hasOwn(sent, name)) return `${path}/${name}: kept, but not sent`;
    const difference = firstDifference((sent as Record<string, unknown>)[name], value, `${path}/${name}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
