import { CommandOptions, type OptionKind, PROGRAM_URL, SEED } from '../platform/command-options.js';

/** What the command line asks for. */
export interface SimulateCommand {
  readonly ordersPerSecond: number;
  /** How long new lives begin for. */
  readonly forMs: number;
  readonly lifeMs: number;
  /** Where everything is sent, without a slash at its end; undefined: over Kafka. */
  readonly http?: string | undefined;
  /** Where over Kafka what no topic takes is asked for; undefined: nobody is asked. */
  readonly api?: string | undefined;
  /** By chance unless it is said. */
  readonly seed?: number | undefined;
}

export const SIMULATE_USAGE = `usage: waybill simulate --rate RATE --for DURATION [--http URL] [--api URL] [--life DURATION] [--seed N]

  Makes orders up and drives each through a whole life: paid for at once, in parts or on delivery, sent in one parcel or
  two, cancelled, refunded, returned, lost, disputed; some events come late, and some twice. Over Kafka (KAFKA_BROKERS, with
  the topics that the settings name) or over HTTP, signed where PAYMENTS_WEBHOOK_SECRETS and TRACKING_WEBHOOK_SECRETS are
  set. To contexts that CONTEXTS leaves out nothing is sent. Their customers are called test-<kind of life>.

  --rate RATE      orders a second or a minute, such as 20/s or 5/m
  --for DURATION   how long new lives begin, such as 30s, 10m or 1h; those begun are led to their end
  --http URL       send everything to the API there, such as http://127.0.0.1:8080
  --api URL        over Kafka: where orders are packed and cancelled, which no topic does; without it none is
  --life DURATION  how long a life takes (30s)
  --seed N         the same lives again, in the same order; their ids differ

  Ends with 0, with 1 when something was not taken that should have been, with 130 by Ctrl-C. Either way it says what was
  sent and answered.
`;

const OPTIONS = ['rate', 'for', 'http', 'api', 'life', 'seed'] as const;

const NUMBER = String.raw`\d{1,9}(?:\.\d{1,6})?`;
const RATE_TEXT = new RegExp(`^(${NUMBER})/(s|m)$`);
const DURATION_TEXT = new RegExp(`^(${NUMBER})(s|m|h)$`);
const MS_PER: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const SECONDS_PER: Readonly<Record<string, number>> = { s: 1, m: 60 };

const MAX_ORDERS_PER_SECOND = 10_000;
const MAX_FOR_MS = 30 * 24 * 3_600_000;
const DEFAULT_LIFE_MS = 30_000;
const MIN_LIFE_MS = 1_000;
const MAX_LIFE_MS = 3_600_000;
/** Lives that are held in memory at a time, each about 6 kB. */
const MAX_LIVES = 50_000;

/**
 * @param hasKafka whether the settings name a Kafka
 * @throws UsageError naming each argument that is wrong and what was expected
 */
export function parseSimulateCommand(words: readonly string[], hasKafka: boolean): SimulateCommand {
  const options = new CommandOptions(words, OPTIONS);
  const ordersPerSecond = options.take('rate', RATE);
  const forMs = options.take('for', aDuration(1, MAX_FOR_MS, 'up to 720h, such as 30s, 10m or 1h'));
  const lifeMs = options.take('life', aDuration(MIN_LIFE_MS, MAX_LIFE_MS, '1s to 1h')) ?? DEFAULT_LIFE_MS;
  const http = options.take('http', PROGRAM_URL);
  const api = options.take('api', PROGRAM_URL);
  const seed = options.take('seed', SEED);
  if (!options.has('rate')) options.fault('--rate is missing: expected such as --rate 20/s');
  if (!options.has('for')) options.fault('--for is missing: expected such as --for 10m');
  if (!options.has('http') && !hasKafka) {
    options.fault('--http is missing, and KAFKA_BROKERS is not set: expected one of them');
  }
  if (options.has('http') && options.has('api')) {
    options.fault('--api goes with Kafka: expected it without --http, which sends everything to one place');
  }
  if (((ordersPerSecond ?? 0) * lifeMs) / 1_000 > MAX_LIVES) {
    options.fault(
      `--rate and --life make more than ${MAX_LIVES} lives at a time: expected less of one of them`,
    );
  }
  options.requireRight();
  return { ordersPerSecond: ordersPerSecond!, forMs: forMs!, lifeMs, http, api, seed };
}

const RATE: OptionKind<number> = {
  read(text) {
    const [, number, unit] = RATE_TEXT.exec(text) ?? [];
    if (number === undefined) return undefined;
    const rate = Number(number) / SECONDS_PER[unit!]!;
    return rate > 0 && rate <= MAX_ORDERS_PER_SECOND ? rate : undefined;
  },
  expected: `up to ${MAX_ORDERS_PER_SECOND}/s, such as 20/s or 5/m`,
};

const aDuration = (minMs: number, maxMs: number, expected: string): OptionKind<number> => ({
  read(text) {
    const [, number, unit] = DURATION_TEXT.exec(text) ?? [];
    if (number === undefined) return undefined;
    const ms = Number(number) * MS_PER[unit!]!;
    return ms >= minMs && ms <= maxMs ? ms : undefined;
  },
  expected,
});
