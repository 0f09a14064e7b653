import { describe, expect, it } from 'vitest';
import type { Answer } from '../../platform/http/answer.js';
import type { WriteReceipt } from '../model/entry-write.js';
import { heldEntryOf } from '../model/held-entry.js';
import type { EntryContent, StoredEntry } from '../model/stored-entry.js';
import { FoundBatch, storedBatchAnswer } from './batch-answers.js';
import { changeAnswer } from './change-answer.js';
import { entryAnswer } from './entry-answers.js';

const stored = (content: EntryContent | undefined, more: Partial<StoredEntry> = {}): StoredEntry => ({
  instance: 'global',
  key: 'k',
  version: 3,
  createdAtUs: 1_000_001,
  updatedAtUs: 2_000_002,
  content,
  ...more,
});
const JSON_ENTRY = stored({ value: Buffer.from('[1.0]'), ttlSeconds: 0, metadata: '{ }' });
const ENVELOPE =
  '{"key":"k","value":[1.0],"version":3,"ttl":0,"metadata":{ },"created_at":"1970-01-01T00:00:01.000001Z","updated_at":"1970-01-01T00:00:02.000002Z"}';
const BYTES_ENTRY = stored({ value: Buffer.from([0, 255]), contentType: 'Text/HTML; charset=x' });
const ETAG = '"3-1000001"';

const read = (entry: StoredEntry | undefined, headers = {}) =>
  entryAnswer(entry && heldEntryOf(entry), { url: '/v1/cache/k?instance_id=t', headers });
const fieldOf = ({ headers }: Answer, name: string): string | undefined => {
  const at = headers.indexOf(name);
  return at < 0 ? undefined : headers[at + 1];
};
const bodyOf = ({ body }: Answer): unknown => JSON.parse(String(body));

describe('the answer to a look-up', () => {
  it('is the envelope, which has to be asked for again each time', () => {
    const answer = read(JSON_ENTRY);
    expect([answer.status, String(answer.body)]).toEqual([200, ENVELOPE]);
    expect(fieldOf(answer, 'etag')).toBe(ETAG);
    expect(fieldOf(answer, 'cache-control')).toBe('no-cache');
    expect(fieldOf(answer, 'content-type')).toBe('application/json; charset=utf-8');
    expect(fieldOf(answer, 'content-length')).toBe(String(ENVELOPE.length));
  });

  it('is bytes as they came, and no page of ours', () => {
    const answer = read(BYTES_ENTRY);
    expect([answer.status, answer.body]).toEqual([200, Buffer.from([0, 255])]);
    expect(fieldOf(answer, 'content-type')).toBe('Text/HTML; charset=x');
    expect(fieldOf(answer, 'content-security-policy')).toMatch(/^sandbox; default-src 'none';/);
    expect(fieldOf(answer, 'x-content-type-options')).toBe('nosniff');
    expect(fieldOf(answer, 'etag')).toBe(ETAG);
  });

  it.each(['script', 'style', 'worker', 'serviceworker'])(
    'is refused where bytes are to become a %s',
    (destination) => {
      const headers = { 'sec-fetch-dest': destination, 'if-none-match': ETAG };
      expect(read(BYTES_ENTRY, headers).status).toBe(403);
      expect(read(JSON_ENTRY, { 'sec-fetch-dest': destination }).status).toBe(200);
    },
  );

  it.each(['image', 'empty', 'document'])('is given where bytes are asked for as %s', (destination) => {
    expect(read(BYTES_ENTRY, { 'sec-fetch-dest': destination }).status).toBe(200);
  });

  it.each([ETAG, `W/${ETAG}`, '*', `"x", ${ETAG}`])('is 304 to who has %s', (field) => {
    expect(read(JSON_ENTRY, { 'if-none-match': field })).toEqual({
      status: 304,
      headers: ['etag', ETAG, 'cache-control', 'no-cache'],
    });
  });

  it.each([
    ['nothing was stored', undefined],
    ['it was deleted', stored(undefined)],
    ['it has ended', stored(JSON_ENTRY.content, { endsAtUs: (Date.now() - 1) * 1_000 })],
  ])('is 404 where %s, whatever is known of it', (_why, entry) => {
    const answer = read(entry, { 'if-none-match': '*' });
    expect(answer.status).toBe(404);
    expect(fieldOf(answer, 'cache-control')).toBe('no-store');
    expect(bodyOf(answer)).toMatchObject({
      status: 404,
      instance: '/v1/cache/k',
      error: 'Cache entry not found',
      code: 'NOT_FOUND',
    });
  });
});

describe('the answer to a write', () => {
  const answerTo = (receipt: WriteReceipt) =>
    changeAnswer({ instance: 'global', key: 'k', content: undefined }, receipt, '/v1/cache/k');

  it.each(['created', 'replaced'] as const)('has the envelope and its ETag: %s', (outcome) => {
    const answer = answerTo({ outcome, entry: JSON_ENTRY });
    expect([answer.status, String(answer.body)]).toEqual([outcome === 'created' ? 201 : 200, ENVELOPE]);
    expect(fieldOf(answer, 'etag')).toBe(ETAG);
    expect(fieldOf(answer, 'cache-control')).toBe('no-store');
  });

  it('has bytes in base64', () => {
    expect(bodyOf(answerTo({ outcome: 'created', entry: BYTES_ENTRY }))).toMatchObject({
      value: { base64: 'AP8=', content_type: 'Text/HTML; charset=x' },
      version: 3,
    });
  });

  it('has no more than the key where nothing else is known', () => {
    const answer = answerTo({ outcome: 'accepted' });
    expect([answer.status, bodyOf(answer)]).toEqual([202, { key: 'k' }]);
  });

  it('has nothing where there is nothing any more', () => {
    expect(answerTo({ outcome: 'deleted', entry: stored(undefined) })).toEqual({
      status: 204,
      headers: ['cache-control', 'no-store'],
    });
  });

  it.each([
    ['absent', 404, 'NOT_FOUND'],
    ['mismatched', 412, 'VERSION_MISMATCH'],
    ['outdated', 409, 'VERSION_MISMATCH'],
  ] as const)('says that nothing was written: %s', (outcome, status, code) => {
    const answer = answerTo({ outcome });
    expect(bodyOf(answer)).toMatchObject({ status, code, error: expect.any(String) as string });
    expect(answer.status).toBe(status);
  });
});

describe('the answer to a batch', () => {
  it('has each envelope to the byte, and the keys without one', () => {
    const batch = new FoundBatch();
    batch.add(JSON_ENTRY, heldEntryOf(JSON_ENTRY));
    batch.add({ instance: 'global', key: '__proto__"' }, undefined);
    batch.add({ instance: 'global', key: 'b' }, heldEntryOf(BYTES_ENTRY));
    batch.add({ instance: 'global', key: 'gone' }, heldEntryOf(stored(undefined)));
    const { status, body } = batch.answer();
    expect(status).toBe(200);
    const text = String(body);
    expect(text.startsWith(`{"entries":{"k":${ENVELOPE},"b":{`)).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      entries: { b: { key: 'b', value: { base64: 'AP8=' } } },
      missing: ['__proto__"', 'gone'],
    });
    expect(String(new FoundBatch().answer().body)).toBe('{"entries":{},"missing":[]}');
  });

  const WRITES = ['2', '1'].map((key) => ({ instance: 'global', key, content: undefined }));
  const answerTo = (...receipts: WriteReceipt[]) =>
    storedBatchAnswer(WRITES, receipts, '/v1/cache/batch/set');

  it('has the versions in the order of the request', () => {
    const entry = { outcome: 'created', entry: JSON_ENTRY } as const;
    expect(String(answerTo(entry, entry).body)).toBe('{"entries":{"2":{"version":3},"1":{"version":3}}}');
  });

  it('has no versions before they are known', () => {
    const { status, body } = answerTo({ outcome: 'accepted' }, { outcome: 'accepted' });
    expect([status, String(body)]).toEqual([202, '{"entries":{"2":{},"1":{}}}']);
  });

  it('says that nothing was written', () => {
    expect(answerTo({ outcome: 'outdated' }, { outcome: 'accepted' }).status).toBe(409);
  });
});
