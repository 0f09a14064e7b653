import type { Database } from '../../database/database.js';
import { BatchSkips } from './batch-skips.js';

export const SKIP_BATCH_USAGE = `usage: waybill skip-batch TOPIC PARTITION OFFSET

  Goes on behind the batch that holds this offset and cannot be decoded: /health and the log name it. What is in it is
  not stored. A batch that can be decoded is not skipped.
`;

export interface SkipBatchCommand {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const TOPIC = /^[\w.-]{1,249}$/;
const WHOLE_NUMBER = /^\d{1,15}$/;
const MAX_PARTITION = 2 ** 31 - 1;

/** Undefined for a command line that cannot be understood. */
export function parseSkipBatchCommand(words: readonly string[]): SkipBatchCommand | undefined {
  const [topic = '', partition = '', offset = '', ...more] = words;
  if (more.length > 0 || !TOPIC.test(topic) || !WHOLE_NUMBER.test(partition) || !WHOLE_NUMBER.test(offset)) {
    return undefined;
  }
  if (Number(partition) > MAX_PARTITION) return undefined;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

/** Leaves the note that the consumer of the partition looks for. @returns what there is to say */
export async function askToSkip(database: Database, command: SkipBatchCommand): Promise<string> {
  const { topic, partition, offset } = command;
  await new BatchSkips(database).ask(topic, partition, offset);
  return `${topic}/${partition}: the batch that holds offset ${offset} is skipped once its consumer finds that it cannot decode it\n`;
}
