import type { Database } from '../database/database.js';
import type { ReceivedEvent } from '../messaging/received-event.js';
import { isSameEvent, REPETITIONS } from './letter-rows.js';
import { repetitionsOf } from './repeated-failures.js';

/** As where a failed replay is recorded: the header alone proves nothing, since anybody can write it. */
const LETTERS_OF_OTHERS = `
  SELECT place::int AS place
  FROM ${REPETITIONS.unnested('e')} JOIN dead_letters d ON e.letter_id = d.id
  WHERE e.context <> d.context AND ${isSameEvent('e', 'd')}`;

/** See `DeadLetters`. */
export async function withoutReplaysForOthers(
  database: Database,
  events: readonly ReceivedEvent[],
): Promise<readonly ReceivedEvent[]> {
  const replays = events.flatMap((event) => repetitionsOf({ event, reason: '', attempts: 1 }));
  if (replays.length === 0) return events;
  const rows: { place: number }[] = await database.source.query(
    LETTERS_OF_OTHERS,
    REPETITIONS.arraysOf(replays),
  );
  const ofOthers = new Set(rows.map(({ place }) => replays[place - 1]!.event));
  return events.filter((event) => !ofOthers.has(event));
}
