import fc from 'fast-check';
import { arbitraryOrder } from '../support/arbitrary-order.js';

/** Stands for an id that no other case has, and is as long as one: see `Program.freshUid`. */
export const UID = 'fuzz-case-0000000000';

/** In a value that is made into JSON: what stands in its place as text. */
const raw = (text: string): string => `@raw:${text}@`;

const NUMBERS = [
  '-0',
  '0.0',
  '1.0',
  '1e2',
  '100e-2',
  '-1',
  '1.5',
  '01',
  '+1',
  '1.',
  '.5',
  '1e400',
  '1e-400',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9007199254740990.5',
  '1.0000000000000000001',
  '123456789012345678901234567890',
  'NaN',
];
const TEXTS = [
  '',
  ' ',
  '\0',
  '\ud800',
  '\udc00x',
  '\u2028',
  '😀',
  '2021-11-26T06:22:19Z',
  '2021-02-30',
  "'; --",
];
const NAMES = [
  'a.b',
  'a/b',
  'a~b',
  'a b',
  '"',
  '[0]',
  '',
  '__proto__',
  'constructor',
  'é',
  '😀',
  'n'.repeat(100),
];

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NUMBERS.map(raw)),
  fc.constantFrom(...TEXTS),
  fc.constantFrom<unknown>(null, true, [], {}, [null], [[]], { a: { b: 1 } }, raw('{"a":1,"a":2}'), raw('')),
  fc.constant('x'.repeat(256)),
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

interface Edit {
  /** Which of all places, by its number modulo how many there are. */
  at: number;
  do: 'remove' | 'replace' | 'add' | 'duplicate';
  name: string;
  value: unknown;
}

const anyEdit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(200),
  do: fc.constantFrom('remove', 'replace', 'add', 'duplicate'),
  name: fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 6 })),
  value: anyValue,
});

type Container = Record<string, unknown> | unknown[];

function placesIn(value: unknown): [Container, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Container;
  return Object.keys(container).flatMap((key) => [
    [container, key] as [Container, string],
    ...placesIn((container as Record<string, unknown>)[key]),
  ]);
}

function applyEdit(order: object, { value: shared, ...edit }: Edit): void {
  // Edits may share a value, and what is put into itself twice is no JSON.
  const value = structuredClone(shared);
  const places = placesIn(order);
  const place = places[edit.at % Math.max(places.length, 1)];
  if (place === undefined) return;
  const [container, key] = place;
  if (Array.isArray(container)) {
    const index = Number(key);
    if (edit.do === 'remove') container.splice(index, 1);
    else if (edit.do === 'replace') container[index] = value;
    else container.push(edit.do === 'add' ? value : structuredClone(container[index]));
    return;
  }
  if (edit.do === 'remove') delete container[key];
  else if (edit.do === 'replace') container[key] = value;
  else {
    const name = edit.do === 'add' ? edit.name : `${key}_`;
    Object.defineProperty(container, name, { value, enumerable: true, configurable: true, writable: true });
  }
}

const toText = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /"@raw:((?:[^@"\\]|\\.)*)@"/g,
    (_, escaped: string) => JSON.parse(`"${escaped}"`) as string,
  );

/** Valid orders, under the id that stands for one of their own. */
const validText = arbitraryOrder({ totals: 'any', maxItems: 3 }).map((order) =>
  JSON.stringify({ ...order, order_uid: UID }),
);

const editedText = fc
  .tuple(validText, fc.array(anyEdit, { minLength: 1, maxLength: 3 }))
  .map(([text, edits]) => {
    const order = JSON.parse(text) as object;
    for (const edit of edits) applyEdit(order, edit);
    return toText(order);
  });

const PIECES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\u0000',
  '\\ud800',
  'null',
  '0',
  '.',
  'e',
  '-',
  '\n',
  '\uFEFF',
  '//',
];

/** A tenth of the text at most is cut out and something else put in. */
const splicedText = fc
  .tuple(
    validText,
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat(6),
        put: fc.constantFrom('', ...PIECES),
      }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([text, splices]) =>
    splices.reduce((so, { at, cut, put }) => {
      const start = Math.floor(at * so.length);
      return so.slice(0, start) + put + so.slice(start + cut);
    }, text),
  );

const changedBytes = fc
  .tuple(
    validText,
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: 1 }),
  )
  .map(([text, changes, length]) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of changes) bytes[Math.floor(at * (bytes.length - 1))] = byte;
    return bytes.subarray(0, Math.floor(length * bytes.length));
  });

const otherBytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('', '{}', '[]', 'null', '"x"', '[[[[', '{"order_uid":', '\uFEFF{}')
    .map((text) => Buffer.from(text)),
  fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
);

/** Bytes that are an order, nearly one, or nothing like it. */
export const arbitraryBody: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: validText.map((text) => Buffer.from(text)) },
  { weight: 6, arbitrary: editedText.map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: splicedText.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: changedBytes },
  { weight: 1, arbitrary: otherBytes },
);
