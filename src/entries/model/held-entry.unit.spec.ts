import { describe, expect, it } from 'vitest';
import { envelopeOf, heldEntryOf, isShown } from './held-entry.js';
import { etagOf, isAlive, type StoredEntry, timeText } from './stored-entry.js';

const CREATED_US = 1_795_977_926_123_456;
const entry: StoredEntry = {
  instance: 'global',
  key: 'a "key"',
  version: 7,
  createdAtUs: CREATED_US,
  updatedAtUs: CREATED_US + 1,
  content: { value: Buffer.from('{"b":1.0, "a":9007199254740993}') },
};
const ENDS_US = CREATED_US + 5_000_000;

describe('what is held of an entry', () => {
  it('is its envelope, in which the value stands as it came', () => {
    expect(heldEntryOf(entry).body.toString()).toBe(
      '{"key":"a \\"key\\"","value":{"b":1.0, "a":9007199254740993},"version":7,' +
        '"created_at":"2026-11-29T18:45:26.123456Z","updated_at":"2026-11-29T18:45:26.123457Z"}',
    );
  });

  it('has ttl and metadata where they were given', () => {
    const content = { ...entry.content!, ttlSeconds: 0, metadata: '{"n":1e2}' };
    expect(heldEntryOf({ ...entry, content }).body.toString()).toContain(
      '"version":7,"ttl":0,"metadata":{"n":1e2},"created_at"',
    );
  });

  it('is the bytes of another content type, whose envelope has them in base64', () => {
    const held = heldEntryOf({ ...entry, content: { value: Buffer.from([0, 255]), contentType: 'image/x' } });
    expect(held).toMatchObject({ body: Buffer.from([0, 255]), contentType: 'image/x' });
    expect(JSON.parse(envelopeOf(held, entry.key).toString())).toMatchObject({
      key: entry.key,
      value: { base64: 'AP8=', content_type: 'image/x' },
      version: 7,
    });
  });

  it('is shown until it ends, and a tombstone is not', () => {
    const held = heldEntryOf({ ...entry, endsAtUs: ENDS_US });
    expect(isShown(held, ENDS_US / 1_000 - 1)).toBe(true);
    expect(isShown(held, ENDS_US / 1_000)).toBe(false);
    expect(isShown(heldEntryOf({ ...entry, content: undefined }), 0)).toBe(false);
    expect(isShown(heldEntryOf(entry))).toBe(true);
  });
});

it('a stored entry is alive until it ends', () => {
  expect(isAlive({ ...entry, endsAtUs: ENDS_US }, ENDS_US / 1_000 - 1)).toBe(true);
  expect(isAlive({ ...entry, endsAtUs: ENDS_US }, ENDS_US / 1_000)).toBe(false);
  expect(isAlive({ ...entry, content: undefined }, 0)).toBe(false);
});

it('an ETag tells two lives of a key apart', () => {
  expect(etagOf(entry)).toBe(`"7-${CREATED_US}"`);
  expect(etagOf({ ...entry, createdAtUs: 1 })).not.toBe(etagOf(entry));
});

it.each([
  [0, '1970-01-01T00:00:00.000000Z'],
  [1_000_001, '1970-01-01T00:00:01.000001Z'],
  [CREATED_US, '2026-11-29T18:45:26.123456Z'],
])('%i microseconds are %s', (us, text) => {
  expect(timeText(us)).toBe(text);
});
