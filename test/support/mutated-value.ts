import fc from 'fast-check';

/** What is nearly right in one kind of field or another, or wrong in all. */
export const EDGE_VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  '',
  'text',
  '\0',
  '\ud800',
  'x'.repeat(255),
  'x'.repeat(256),
  '😀'.repeat(255),
  '😀'.repeat(256),
  0,
  -0,
  -1,
  1,
  0.5,
  100,
  101,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  Infinity,
  NaN,
  'usd',
  'EUR',
  'a@b.com',
  'a@b',
  'a@\ud800.com',
  '2021-02-30T00:00:00Z',
  '2020-02-29T00:00:00+15:59',
  'a/b',
  'u'.repeat(65),
  {},
  [],
  [[]],
  [{}],
  [null],
  { length: 1 },
  new Date(0),
  new Map(),
  Object.create(null),
];

interface Place {
  holder: Record<string, unknown>;
  name: string;
}

/** Every place in a JSON value where something else could stand. */
export function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesOf(holder[name])]);
}

/** Of valid values, those of which up to three places hold something else, mostly something nearly right. */
export function mutated(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const replacement = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...EDGE_VALUES) },
    {
      weight: 1,
      arbitrary: fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true }),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.double() },
    { weight: 1, arbitrary: fc.constant('remove') },
  );
  const mutation = fc.tuple(fc.nat(), replacement);
  return fc.tuple(valid, fc.array(mutation, { maxLength: 3 })).map(([before, mutations]) => {
    const value: unknown = JSON.parse(JSON.stringify(before));
    // Only places of the valid value: what is put in belongs to all values that it is put into.
    const places = placesOf(value);
    for (const [position, other] of mutations) {
      const place = places[position % places.length];
      if (place === undefined) continue;
      if (other === 'remove') delete place.holder[place.name];
      else place.holder[place.name] = other;
    }
    return value;
  });
}
