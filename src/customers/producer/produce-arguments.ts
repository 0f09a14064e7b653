import { aWholeNumber, CommandOptions, type OptionKind, SEED } from '../../platform/command-options.js';

/** What the command line asks for. */
export interface ProduceCommand {
  /** Records, deletes among them. */
  readonly count: number;
  /** From 0 to 1. */
  readonly deleteShare: number;
  /** By chance unless it is said. */
  readonly seed?: number | undefined;
}

export const PRODUCE_USAGE = `usage: waybill customers produce --count N [--delete-share SHARE] [--seed N]

  Makes customers up and sends them to CUSTOMERS_TOPIC at KAFKA_BROKERS, in Avro, by the id that the registry
  (CUSTOMERS_SCHEMA_REGISTRY_URL) has for the schema under <topic>-value; it is registered there with
  CUSTOMERS_REGISTER_SCHEMA=on only.

  --count N             records, deletes among them
  --delete-share SHARE  how many of them delete a customer that was sent before, from 0 to 1 (0.05)
  --seed N              the same customers again

  Ends with 0, with 130 by Ctrl-C. Either way it says what was sent.
`;

const OPTIONS = ['count', 'delete-share', 'seed'] as const;
const MAX_COUNT = 1_000_000_000;
const DEFAULT_DELETE_SHARE = 0.05;

const SHARE: OptionKind<number> = {
  read: (text) => (/^(0|1|0?\.\d{1,9}|1\.0{1,9})$/.test(text) ? Number(text) : undefined),
  expected: 'a number from 0 to 1, such as 0.05',
};

/** @throws UsageError naming each argument that is wrong and what was expected */
export function parseProduceCommand(words: readonly string[]): ProduceCommand {
  const options = new CommandOptions(words, OPTIONS);
  const count = options.take('count', aWholeNumber(1, MAX_COUNT));
  const deleteShare = options.take('delete-share', SHARE) ?? DEFAULT_DELETE_SHARE;
  const seed = options.take('seed', SEED);
  if (!options.has('count')) options.fault('--count is missing: expected such as --count 1000');
  options.requireRight();
  return { count: count!, deleteShare, seed };
}
