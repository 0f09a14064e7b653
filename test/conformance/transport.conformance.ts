import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../src/platform/config/environment.js';
import { headersToJson } from '../../src/platform/messaging/event-headers.js';
import { headerTexts } from '../support/header-texts.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import {
  freshTopics,
  Handlers,
  type Program,
  startProgram,
  type TestMessage,
  type TestTopics,
  textOf,
} from './transport.harness.js';

/** What a transport says of itself. */
export interface TransportUnderTest {
  /** Settings that choose it. */
  settings: Partial<Environment>;
  /** Whether news reaches other processes too. */
  reachesOtherProcesses: boolean;
}

const WAIT = { timeout: 40_000, interval: 10 };
const MAX_ATTEMPTS = 3;

const transientError = (): Error => Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
const permanentError = (message: string): Error => Object.assign(new Error(message), { code: '22P02' });

interface DeadLetterRow {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer;
  value: Buffer;
  headers: Record<string, string>;
  reason: string;
  attempts: number;
  event_time: Date;
}

/** The behaviours that every transport has, whatever carries its events. */
export function transportConformance(name: string, makeTransport: () => TransportUnderTest): void {
  describe(`${name}, as a transport`, () => {
    const transport = makeTransport();
    let house: WaybillDatabase;
    let topics: TestTopics;
    let programs: Program[];

    beforeEach(async () => {
      house = await openWaybillDatabase();
      topics = freshTopics();
      programs = [];
    });

    afterEach(async () => {
      for (const program of programs) await program.stop();
      await house.drop();
    });

    async function start(handlers = new Handlers()): Promise<Program> {
      const settings = { ...transport.settings, CONSUMER_MAX_ATTEMPTS: MAX_ATTEMPTS };
      const program = await startProgram({ database: house.database, topics, settings, handlers });
      programs.push(program);
      return program;
    }

    const letter = (key: string, value: string | Buffer, headers?: Record<string, string>): TestMessage => ({
      topic: topics.letters,
      key,
      value,
      headers,
    });

    const lettersFrom = (key: string, count: number): TestMessage[] =>
      Array.from({ length: count }, (_, n) => letter(key, `${key}${n}`));

    const deadLetters = (): Promise<DeadLetterRow[]> => house.rows('SELECT * FROM dead_letters ORDER BY id');

    it('hands a batch over whole, and in order', async () => {
      const { handlers, send } = await start();
      const messages = lettersFrom('a', 50);
      await send(...messages);
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(50), WAIT);
      expect(handlers.batches.map((batch) => batch.length)).toEqual([50]);
      expect(handlers.handledTexts()).toEqual(messages.map(({ value }) => value));
    });

    it('keeps the order of each key over many transactions', async () => {
      const { handlers, send } = await start();
      const keys = ['a', 'b', 'c', 'd', 'e'];
      for (let n = 0; n < 20; n++) await send(...keys.map((key) => letter(key, `${key}${n}`)));
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(100), WAIT);
      for (const key of keys) {
        const ofKey = handlers.handledTexts().filter((text) => text.startsWith(key));
        expect(ofKey).toEqual(Array.from({ length: 20 }, (_, n) => `${key}${n}`));
      }
    });

    it('brings key, value and headers as the outbox holds them, whatever bytes they are', async () => {
      const { handlers, send } = await start();
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
      const large = Buffer.alloc(700_000, 'x');
      const headers = { 'content-type': 'text/plain', ce_subject: 'Żółć 王 🚚', empty: '' };
      await send(letter('ключ-🔑', everyByte, headers), letter('large', large), letter('text', 'é\u2028'));
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(3), WAIT);
      const byKey = new Map(handlers.handled.map((event) => [event.key?.toString(), event]));
      expect(byKey.get('ключ-🔑')!.value).toEqual(everyByte);
      expect(byKey.get('large')!.value!.equals(large)).toBe(true);
      expect(byKey.get('text')!.value).toEqual(Buffer.from('é\u2028'));
      const received = byKey.get('ключ-🔑')!.headers;
      expect(headerTexts(received)).toEqual(headers);
    });

    it('brings what is no text to the byte, and tells nothing from what is empty', async () => {
      const { handlers } = await start();
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
      const exact = (key: Buffer | null, isTombstone: boolean): string =>
        JSON.stringify({
          key: key && key.toString('base64'),
          headers: { bytes: everyByte.toString('base64'), text: 'eA==' },
          is_tombstone: isTombstone,
        });
      await house.rows(
        `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload, exact)
         VALUES ('letter', '1', 'letter.sent', $1, '{"text": "of the row"}', '', $2),
                ('letter', '2', 'letter.sent', $1, '{}', '', $3)`,
        [topics.letters, exact(null, true), exact(everyByte, false)],
      );
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(2), WAIT);
      const withKey = handlers.handled.find(({ key }) => key !== null)!;
      const without = handlers.handled.find(({ key }) => key === null)!;
      expect(without).toMatchObject({
        value: null,
        headers: [
          { name: 'bytes', value: everyByte },
          { name: 'text', value: Buffer.from('of the row') },
        ],
      });
      expect(withKey.key!.equals(everyByte)).toBe(true);
      expect(withKey.value).toEqual(Buffer.alloc(0));
      expect(headerTexts(withKey.headers)).toMatchObject({ text: 'x' });
    });

    it('brings headers of one name, without a value, and with names that are no text, in their order', async () => {
      const { handlers } = await start();
      const notUtf8 = Buffer.from('ff00', 'hex');
      const headers = [
        { name: 'z', value: Buffer.from('1') },
        { name: 'a', value: null },
        { name: 'z', value: Buffer.from('2') },
        { name: notUtf8, value: Buffer.alloc(0) },
        { name: 'of the row', value: Buffer.from('not this') },
      ];
      await house.rows(
        `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload, exact)
         VALUES ('letter', '1', 'letter.sent', $1, '{"of the row": "this"}', 'x', $2)`,
        [
          topics.letters,
          JSON.stringify({
            key: null,
            headers: { z: '' },
            header_list: headersToJson(headers),
            is_tombstone: false,
          }),
        ],
      );
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(1), WAIT);
      expect(handlers.handled[0]!.headers).toEqual([
        ...headers.slice(0, -1),
        { name: 'of the row', value: Buffer.from('this') },
      ]);
    });

    it('tells where each event stands and when it was sent', async () => {
      const { handlers, send } = await start();
      const before = Date.now();
      await send(...lettersFrom('a', 5));
      await send(...lettersFrom('a', 5));
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(10), WAIT);
      const after = Date.now();
      const offsets = handlers.handled.map((event) => event.offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
      expect(new Set(handlers.handled.map((event) => `${event.topic}/${event.partition}`)).size).toBe(1);
      for (const { topic, timestampMs } of handlers.handled) {
        expect(topic).toBe(topics.letters);
        expect(timestampMs).toBeGreaterThanOrEqual(before - 1);
        expect(timestampMs).toBeLessThanOrEqual(after);
      }
    });

    it('sends nothing of a transaction that is rolled back', async () => {
      const { handlers, send } = await start();
      await expect(
        house.database.transaction(async (tx) => {
          await tx.query(
            `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
             VALUES ('letter', 'a', 'letter.sent', $1, '{}', 'never')`,
            [topics.letters],
          );
          await tx.query(`SELECT pg_notify('waybill_outbox', '')`);
          throw new Error('rolled back');
        }),
      ).rejects.toThrow('rolled back');
      await send(letter('a', 'sent'));
      await vi.waitFor(() => expect(handlers.handledTexts()).toContain('sent'), WAIT);
      expect(handlers.handledTexts()).toEqual(['sent']);
    });

    it('leaves nothing in the outbox of what has been sent', async () => {
      const { handlers, send } = await start();
      await send(...lettersFrom('a', 3), { topic: `nobody-listens-${topics.group}`, key: 'b', value: 'b' });
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(3), WAIT);
      await vi.waitFor(async () => expect(await house.rows('SELECT id FROM outbox')).toEqual([]), WAIT);
    });

    it('tries a batch again for as long as the failure passes, and lets nothing overtake it', async () => {
      const { handlers, send } = await start();
      let failures = 0;
      handlers.onLetters = (events) => {
        if (textOf(events[0]!) !== 'a0' || failures >= MAX_ATTEMPTS + 1) return Promise.resolve();
        failures++;
        return Promise.reject(transientError());
      };
      await send(...lettersFrom('a', 3));
      await vi.waitFor(() => expect(failures).toBeGreaterThan(0), WAIT);
      await send(letter('a', 'later'));
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(4), WAIT);
      expect(failures).toBe(MAX_ATTEMPTS + 1);
      expect(handlers.handledTexts()).toEqual(['a0', 'a1', 'a2', 'later']);
      for (const batch of handlers.batches.slice(0, failures)) {
        expect(batch.map(textOf)).toEqual(['a0', 'a1', 'a2']);
      }
      expect(await deadLetters()).toEqual([]);
    });

    it('commits nothing of a batch that fails: the next start gets it again', async () => {
      const first = await start();
      first.handlers.onLetters = () => Promise.reject(transientError());
      await first.send(...lettersFrom('a', 3));
      await vi.waitFor(() => expect(first.handlers.batches.length).toBeGreaterThan(1), WAIT);
      await first.stop();
      const second = await start();
      await vi.waitFor(() => expect(second.handlers.handled).toHaveLength(3), WAIT);
      expect(second.handlers.handledTexts()).toEqual(['a0', 'a1', 'a2']);
      expect(first.handlers.handled).toEqual([]);
      expect(await deadLetters()).toEqual([]);
    });

    it('takes a batch apart until the culprit stands alone, and makes it a dead letter', async () => {
      const { handlers, send } = await start();
      const culprit = Buffer.from('culprit \xff\xfe\0', 'latin1');
      handlers.onLetters = async (events) => {
        if (events.some((event) => event.value!.equals(culprit)))
          throw permanentError('invalid input syntax');
      };
      await send(...lettersFrom('a', 4), letter('a', culprit, { trace: 'ü' }), ...lettersFrom('a', 4));
      await vi.waitFor(() => expect(handlers.handled).toHaveLength(8), WAIT);
      expect(handlers.handledTexts()).toEqual(['a0', 'a1', 'a2', 'a3', 'a0', 'a1', 'a2', 'a3']);

      const letters = await deadLetters();
      expect(letters).toHaveLength(1);
      const event = handlers.batches.flat().find((one) => one.value!.equals(culprit))!;
      expect(letters[0]).toMatchObject({
        topic: topics.letters,
        partition: event.partition,
        key: Buffer.from('a'),
        value: culprit,
        headers: { trace: Buffer.from('ü').toString('base64') },
        reason: 'invalid input syntax',
        attempts: 1,
        event_time: new Date(event.timestampMs),
      });
      expect(Number(letters[0]!.offset)).toBe(event.offset);
    });

    it('sends a copy of a dead letter to its topic, which tells where it came from', async () => {
      const { handlers, send } = await start();
      handlers.onLetters = () => Promise.reject(permanentError('field "amount" is out of range'));
      const value = Buffer.from('\xff\0bytes', 'latin1');
      await send(letter('a', value));
      await vi.waitFor(() => expect(handlers.deadLetterCopies).toHaveLength(1), WAIT);
      const copy = handlers.deadLetterCopies[0]!;
      const [event] = handlers.batches[0]!;
      expect(copy.topic).toBe(topics.deadLetters);
      expect(copy.key?.toString()).toBe('a');
      expect(copy.value).toEqual(value);
      expect(headerTexts(copy.headers)).toEqual({
        origin_topic: topics.letters,
        origin_partition: String(event!.partition),
        origin_offset: String(event!.offset),
        origin_time: new Date(event!.timestampMs).toISOString(),
        origin_timestamp: String(Math.floor(event!.timestampMs)),
        error: 'field "amount" is out of range',
        attempts: '1',
      });
    });

    it('tries what it cannot explain a few times before it becomes a dead letter', async () => {
      const { handlers, send } = await start();
      handlers.onLetters = async (events) => {
        if (events.some((event) => textOf(event) === 'odd'))
          throw new TypeError('undefined is not a function');
      };
      await send(letter('a', 'before'), letter('a', 'odd'), letter('a', 'after'));
      await vi.waitFor(() => expect(handlers.handledTexts()).toEqual(['before', 'after']), WAIT);
      const alone = handlers.batches.filter((batch) => batch.length === 1 && textOf(batch[0]!) === 'odd');
      expect(alone).toHaveLength(MAX_ATTEMPTS);
      expect(await deadLetters()).toMatchObject([
        { value: Buffer.from('odd'), reason: 'undefined is not a function', attempts: MAX_ATTEMPTS },
      ]);
    });

    it('neither drops nor passes over an event that cannot even become a dead letter', async () => {
      const { handlers, send } = await start();
      handlers.onLetters = async (events) => {
        if (events.some((event) => textOf(event) === 'bad')) throw permanentError('bad');
      };
      await house.rows('ALTER TABLE dead_letters RENAME TO dead_letters_away');
      await send(letter('a', 'bad'), letter('a', 'after'));
      await vi.waitFor(() => expect(handlers.batches.length).toBeGreaterThan(1), WAIT);
      expect(handlers.handled).toEqual([]);
      await house.rows('ALTER TABLE dead_letters_away RENAME TO dead_letters');
      await vi.waitFor(() => expect(handlers.handledTexts()).toEqual(['after']), WAIT);
      expect(await deadLetters()).toMatchObject([{ value: Buffer.from('bad'), reason: 'bad' }]);
    });

    it('finishes and commits the batch that is under way when it is stopped', async () => {
      const first = await start();
      let finish = (): void => undefined;
      const gate = new Promise<void>((resolve) => (finish = resolve));
      first.handlers.onLetters = () => gate;
      await first.send(...lettersFrom('a', 3));
      await vi.waitFor(() => expect(first.handlers.batches).toHaveLength(1), WAIT);
      const stopped = first.stop();
      finish();
      await stopped;
      expect(first.handlers.handledTexts()).toEqual(['a0', 'a1', 'a2']);

      const second = await start();
      await second.send(letter('a', 'next'));
      await vi.waitFor(() => expect(second.handlers.handledTexts()).toContain('next'), WAIT);
      expect(second.handlers.handledTexts()).toEqual(['next']);
    });

    const newsOf = ({ handlers }: Program): string[] => handlers.news.map(textOf);

    it('brings news that is sent as soon as the transport listens', async () => {
      const program = await start();
      await program.send({ topic: topics.news, key: 'a', value: 'first' });
      await vi.waitFor(() => expect(newsOf(program)).toEqual(['first']), WAIT);
    });

    it('passes over news that its handler fails on, and goes on with the rest', async () => {
      const program = await start();
      const { handlers, send } = program;
      handlers.onNews = async (events) => {
        if (events.some((event) => textOf(event) === 'bad')) throw new TypeError('no');
      };
      await send({ topic: topics.news, key: 'a', value: 'bad' });
      await send({ topic: topics.news, key: 'a', value: 'good' }, letter('a', 'letter'));
      await vi.waitFor(() => expect(newsOf(program)).toContain('good'), WAIT);
      await vi.waitFor(() => expect(handlers.handledTexts()).toEqual(['letter']), WAIT);
      expect(newsOf(program)).toEqual(['bad', 'good']);
      expect(await deadLetters()).toEqual([]);
    });

    if (transport.reachesOtherProcesses) {
      it('brings news to every process, and letters to one', async () => {
        const [first, second] = [await start(), await start()];
        const told = Array.from({ length: 20 }, (_, n) => `news${n}`);
        await first.send(...told.map((value) => ({ topic: topics.news, key: 'a', value })));
        await first.send(...Array.from({ length: 20 }, (_, n) => letter(`key${n}`, `letter${n}`)));
        for (const program of [first, second]) {
          await vi.waitFor(() => expect(newsOf(program)).toHaveLength(20), WAIT);
          expect(newsOf(program)).toEqual(told);
        }
        const handled = (): string[] => [...first.handlers.handledTexts(), ...second.handlers.handledTexts()];
        await vi.waitFor(() => expect(new Set(handled()).size).toBe(20), WAIT);
      });

      it('tells of news that may have been missed, before any that follows', async () => {
        const { handlers } = await start();
        await vi.waitFor(() => expect(handlers.newsGaps).toBeGreaterThan(0), WAIT);
      });
    }
  });
}
