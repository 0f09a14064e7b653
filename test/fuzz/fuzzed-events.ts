import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { expect } from 'vitest';
import { eventually } from '../support/eventually.js';
import { arbitraryBody } from './arbitrary-body.js';
import { type Program, withUid } from './program.js';

const NANOSECONDS = 1_000_000n;

const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array));

const headerName = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map((name) => name.toWellFormed()),
  fc.constantFrom('waybill_dead_letter_id', 'content-type', '__proto__', '\0', ' '),
);

/** Beside the time that it is: those of senders that count in another unit, and those that no calendar has. */
const timestamp = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0',
      '1',
      String(BigInt(Date.UTC(2026, 0)) * NANOSECONDS),
      '9223372036854775807',
    ),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String) },
);

const arbitraryEvent = fc.record({
  value: fc.option(arbitraryBody, { freq: 20 }),
  key: fc.option(bytes, { freq: 4 }),
  headers: fc.dictionary(headerName, fc.oneof(bytes, fc.array(bytes, { minLength: 1, maxLength: 2 })), {
    maxKeys: 3,
  }),
  timestamp,
});

export const arbitraryEvents = fc.array(arbitraryEvent, { minLength: 1, maxLength: 40, size: 'max' });

interface LetterRow {
  offset: string;
  value: Buffer | null;
  key: Buffer | null;
}

const LONG = { timeoutMs: 60_000 };

/** An event may happen to say of itself, rightly, that it is a letter that is there, and is then an attempt of that one. */
const LETTERS = `
  SELECT "offset", value, key FROM dead_letters WHERE topic = $1 AND "offset" >= $2 AND "offset" < $3
  UNION ALL
  SELECT a."offset", d.value, d.key FROM dead_letter_attempts a JOIN dead_letters d ON d.id = a.letter_id
  WHERE d.topic = $1 AND a."offset" >= $2 AND a."offset" < $3 AND a."offset" <> d."offset"`;

/** Each event is an order that reads back as it was sent, or one dead letter with its bytes. */
export async function sendEvents(
  program: Program,
  events: readonly (typeof arbitraryEvents extends fc.Arbitrary<(infer T)[]> ? T : never)[],
): Promise<void> {
  const { pipeline } = program;
  const messages: (Message & { value: Buffer | null; key: Buffer | null })[] = events.map(
    ({ value, timestamp: time, ...rest }) => ({
      ...rest,
      value: value === null ? null : withUid(value, program.freshUid()),
      ...(time === undefined ? {} : { timestamp: time }),
    }),
  );
  for (const { value } of messages) if (value !== null) program.willSend(value);
  const first = await pipeline.send(messages);
  const end = first + messages.length;
  await eventually(async () => {
    const [topic] = await pipeline.admin.fetchOffsets({ groupId: pipeline.group, topics: [pipeline.topic] });
    expect(Number(topic!.partitions[0]!.offset)).toBeGreaterThanOrEqual(end);
  }, LONG);
  const { rows } = await pipeline.db.query<LetterRow>(LETTERS, [pipeline.topic, first, end]);
  for (const [n, { value, key }] of messages.entries()) {
    const letters = rows.filter(({ offset }) => Number(offset) === first + n);
    expect(letters.length, `letters of the event at ${first + n}`).toBeLessThanOrEqual(1);
    program.count('events');
    const [letter] = letters;
    if (letter === undefined) {
      expect(value, 'an event without a value was dropped').not.toBeNull();
      await program.requireKept(value!);
    } else {
      expect(letter.value).toEqual(value);
      expect(letter.key).toEqual(key);
      program.count('dead letters');
    }
  }
}
