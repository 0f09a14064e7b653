import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { knownFailures } from '../known-failures.js';
import type { ReceivedEvent } from '../messaging/received-event.js';
import { DEAD_LETTER_ID_HEADER } from '../messaging/refused-events.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import { DeadLettersFullError } from './dead-letter-capacity.js';
import { DeadLetterReader } from './dead-letter-reader.js';

const MIB = 1_048_576;

let house: WaybillDatabase;

beforeAll(async () => {
  house = await openWaybillDatabase();
});

afterAll(() => house.drop());

/** By a process of its own, which has looked at nothing yet. */
async function refuse(event: ReceivedEvent): Promise<void> {
  const deadLetters = newDeadLetters(house.database, { settings: { DEAD_LETTERS_MAX_BYTES: MIB } });
  await house.database.transaction((tx) => deadLetters.append(tx, [refusal(event)]));
}

it('poison has no more room than it is given, and loses nothing: it waits until letters are discarded', async () => {
  const letters = new DeadLetterReader(house.database);
  // Random, since PostgreSQL compresses what it can.
  const poison = (): ReceivedEvent => receivedEvent({ value: randomBytes(MIB / 4) });
  const kept = [poison(), poison(), poison(), poison()];
  for (const event of kept) await refuse(event);
  const late = poison();
  const full = await refuse(late).catch((error: unknown) => error);
  expect(full).toBeInstanceOf(DeadLettersFullError);
  expect(knownFailures().kindOf(full)).toBe('transient');
  expect(await letters.count({})).toBe(4);

  // A letter that is replayed in vain is there already.
  const [newest] = (await letters.page({}, 1)).letters;
  const again = { name: DEAD_LETTER_ID_HEADER, value: Buffer.from(String(newest!.id)) };
  await refuse(receivedEvent({ value: kept.at(-1)!.value, headers: [again] }));
  expect((await letters.find(newest!.id))!.failures).toHaveLength(2);

  await new DeadLetterDiscards(house.database).one(newest!.id);
  await refuse(late);
  expect(await letters.count({})).toBe(4);
});
