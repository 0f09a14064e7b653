import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { Tour } from './tour.js';

interface Envelope {
  readonly key: string;
  readonly version: number;
  readonly value: unknown;
}

const tour = new Tour('A persistent cache');
/** A call is one command, over several lines that end with a backslash. */
const calls = tour.commands.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'));
const [put, get, getIfChanged, replace, setSome, getSome, putImage, getImage, list, listOfAnother, remove] =
  calls;

beforeAll(() => tour.start());
afterAll(() => tour.stop());

const envelopeOf = (body: string): Envelope => JSON.parse(body) as Envelope;

describe('the tour of the README, with a persistent cache', () => {
  let etag = '';

  it('has eleven calls, of a program for entries alone', () => {
    expect(calls).toHaveLength(11);
    expect(tour.settings).toEqual({ CONTEXTS: 'entries' });
  });

  it('puts a value, and the same again', async () => {
    const created = await tour.answerTo(put!);
    expect([created.status, envelopeOf(created.body).version]).toEqual([201, 1]);
    const replaced = await tour.answerTo(put!);
    expect([replaced.status, envelopeOf(replaced.body).version]).toEqual([200, 2]);
  });

  it('gets it to the digit, and no second time who has its ETag', async () => {
    const { status, headers, body } = await tour.answerTo(get!);
    expect([status, headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    expect(body).toContain('"value":{"seat":9007199254740993,"price":1.10},"version":2,');
    etag = headers.get('etag')!;
    expect((await tour.answerTo(getIfChanged!.replace('<ETag>', etag))).status).toBe(304);
  });

  it('replaces it while it is what was read, and refuses to once it is not', async () => {
    const conditional = replace!.replace('<ETag>', etag);
    const replaced = await tour.answerTo(conditional);
    expect([replaced.status, envelopeOf(replaced.body).version]).toEqual([200, 3]);
    const refused = await tour.answerTo(conditional);
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      412,
      expect.objectContaining({ code: 'VERSION_MISMATCH' }),
    ]);
  });

  it('sets and gets several, until the time of one is over', async () => {
    const { status, body } = await tour.answerTo(setSome!);
    const first = { version: 1 };
    expect([status, JSON.parse(body)]).toEqual([200, { entries: { 'flight-8': first, 'flight-9': first } }]);
    await eventually(async () => {
      const found = JSON.parse((await tour.answerTo(getSome!)).body) as {
        entries: Record<string, Envelope>;
        missing: string[];
      };
      expect(found.missing).toEqual(['flight-9']);
      expect(found.entries).toEqual({
        'flight-7': expect.objectContaining({ value: 'sold out', version: 3 }) as Envelope,
        'flight-8': expect.objectContaining({ value: [1, 2], metadata: { from: 'gate' } }) as Envelope,
      });
    });
  });

  it('keeps an image as bytes with its type', async () => {
    expect((await tour.answerTo(putImage!)).status).toBe(201);
    const { headers, body } = await tour.answerTo(getImage!);
    expect([headers.get('content-type'), body]).toEqual(['image/gif', 'GIF89a\u0001\0\u0001\0']);
  });

  it('lists the keys of one tenant, and none of them to another', async () => {
    const { headers, body } = await tour.answerTo(list!);
    expect([headers.get('link'), JSON.parse(body)]).toEqual([null, ['flight-7', 'flight-7/map', 'flight-8']]);
    expect((await tour.answerTo(listOfAnother!)).body).toBe('[]');
  });

  it('deletes a key once, and goes on counting its versions', async () => {
    expect((await tour.answerTo(remove!)).status).toBe(204);
    const absent = await tour.answerTo(remove!);
    expect([absent.status, JSON.parse(absent.body)]).toEqual([
      404,
      expect.objectContaining({ error: 'Cache entry not found', code: 'NOT_FOUND' }),
    ]);
    const created = await tour.answerTo(put!);
    expect([created.status, envelopeOf(created.body).version]).toEqual([201, 5]);
  });
});
