import fc from 'fast-check';

/** RFC 3339 date-times of years 0001 to 9999 with any offset below 16 hours and any fraction of a second. */
export function arbitraryDateTime(): fc.Arbitrary<string> {
  const day = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  const offset = fc
    .tuple(fc.constantFrom('+', '-'), fc.nat({ max: 15 }), fc.nat({ max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${twoDigits(hours)}:${twoDigits(minutes)}`);
  const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,30}$/));
  return fc
    .tuple(
      day,
      fraction,
      fc.oneof(fc.constantFrom('Z', 'z', '-00:00'), offset),
      fc.constantFrom('T', 'T', 't'),
    )
    .map(([date, digits, zone, t]) => date.toISOString().slice(0, 19).replace('T', t) + digits + zone);
}

/** Any text that PostgreSQL can store: no NUL, no lone surrogate. */
export function arbitraryText(length: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  const character = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.constantFrom('"', '\\', "'", '\n', '\u2028', '\u007f', '\uFEFF', '$', '😀') },
  );
  return fc
    .array(character, { minLength: length.minLength ?? 0, maxLength: length.maxLength ?? 20 })
    .map((characters) => characters.join('').replaceAll('\0', '0'));
}

/** Whole numbers from 0 to the largest safe one, the edges often. */
export function arbitraryWholeNumber(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.nat({ max: 100_000 }),
    fc.maxSafeNat(),
    fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
  );
}

/** Any double that is a number, the edges often. */
export function arbitraryFiniteNumber(): fc.Arbitrary<number> {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const edge = fc.constantFrom(
    0,
    -0,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    2 ** 53 + 2,
    0.1,
  );
  return fc.oneof(number, edge);
}

/** At most 255 characters, a grapheme of the generator being several of them. */
export function arbitraryShortText(minLength = 0): fc.Arbitrary<string> {
  const longest = fc.constantFrom('x'.repeat(255), '😀'.repeat(255));
  return fc.oneof(
    { weight: 30, arbitrary: arbitraryText({ minLength, maxLength: 12 }) },
    { weight: 1, arbitrary: longest },
  );
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
