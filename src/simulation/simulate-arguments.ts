import { parseArgs } from 'node:util';
import { UsageError } from '../platform/usage-error.js';

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

const OPTIONS = {
  rate: { type: 'string', multiple: true },
  for: { type: 'string', multiple: true },
  http: { type: 'string', multiple: true },
  api: { type: 'string', multiple: true },
  life: { type: 'string', multiple: true },
  seed: { type: 'string', multiple: true },
} as const;
type TextOption = keyof typeof OPTIONS;

const NUMBER = String.raw`\d{1,9}(?:\.\d{1,6})?`;
const RATE = new RegExp(`^(${NUMBER})/(s|m)$`);
const DURATION = new RegExp(`^(${NUMBER})(s|m|h)$`);
const MS_PER: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const SECONDS_PER: Readonly<Record<string, number>> = { s: 1, m: 60 };

const MAX_ORDERS_PER_SECOND = 10_000;
const MAX_FOR_MS = 30 * 24 * 3_600_000;
const DEFAULT_LIFE_MS = 30_000;
const MIN_LIFE_MS = 1_000;
const MAX_LIFE_MS = 3_600_000;
export const MAX_SEED = 2 ** 32 - 1;
/** Lives that are held in memory at a time, each about 6 kB. */
const MAX_LIVES = 50_000;

/**
 * @param hasKafka whether the settings name a Kafka
 * @throws UsageError naming each argument that is wrong and what was expected
 */
export function parseSimulateCommand(words: readonly string[], hasKafka: boolean): SimulateCommand {
  const given = split(words);
  const faults: string[] = [];
  const take = <T>(
    name: TextOption,
    check: (text: string) => T | undefined,
    expected: string,
  ): T | undefined => {
    const texts = given[name];
    if (texts === undefined) return undefined;
    const value = texts.length === 1 ? check(texts[0]!) : undefined;
    if (value === undefined) faults.push(`--${name} is ${texts.join(' and ')}: expected ${expected}`);
    return value;
  };
  const ordersPerSecond = take('rate', aRate, `up to ${MAX_ORDERS_PER_SECOND}/s, such as 20/s or 5/m, once`);
  const forMs = take('for', aDuration(1, MAX_FOR_MS), 'up to 720h, such as 30s, 10m or 1h, once');
  const lifeMs = take('life', aDuration(MIN_LIFE_MS, MAX_LIFE_MS), '1s to 1h, once') ?? DEFAULT_LIFE_MS;
  const http = take('http', aUrl, EXPECTED_URL);
  const api = take('api', aUrl, EXPECTED_URL);
  const seed = take('seed', aSeed, `a whole number from 0 to ${MAX_SEED}, once`);
  if (given.rate === undefined) faults.push('--rate is missing: expected such as --rate 20/s');
  if (given.for === undefined) faults.push('--for is missing: expected such as --for 10m');
  if (given.http === undefined && !hasKafka) {
    faults.push('--http is missing, and KAFKA_BROKERS is not set: expected one of them');
  }
  if (given.http !== undefined && given.api !== undefined) {
    faults.push('--api goes with Kafka: expected it without --http, which sends everything to one place');
  }
  if (((ordersPerSecond ?? 0) * lifeMs) / 1_000 > MAX_LIVES) {
    faults.push(
      `--rate and --life make more than ${MAX_LIVES} lives at a time: expected less of one of them`,
    );
  }
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return { ordersPerSecond: ordersPerSecond!, forMs: forMs!, lifeMs, http, api, seed };
}

function split(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS }).values;
  } catch (error) {
    // What follows the first sentence is advice on how to write something else.
    const fault = (error as Error).message.split(/\.\s|\n/)[0]!;
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    throw new UsageError(`${fault}: expected ${names.join(', ')}`, { cause: error });
  }
}

function aRate(text: string): number | undefined {
  const [, number, unit] = RATE.exec(text) ?? [];
  if (number === undefined) return undefined;
  const rate = Number(number) / SECONDS_PER[unit!]!;
  return rate > 0 && rate <= MAX_ORDERS_PER_SECOND ? rate : undefined;
}

const aDuration =
  (minMs: number, maxMs: number) =>
  (text: string): number | undefined => {
    const [, number, unit] = DURATION.exec(text) ?? [];
    if (number === undefined) return undefined;
    const ms = Number(number) * MS_PER[unit!]!;
    return ms >= minMs && ms <= maxMs ? ms : undefined;
  };

const EXPECTED_URL = 'a URL such as http://127.0.0.1:8080, without query, once';

function aUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, search, hash, username, href } = new URL(text);
  const isPlain = search === '' && hash === '' && username === '';
  return (protocol === 'http:' || protocol === 'https:') && isPlain ? href.replace(/\/+$/, '') : undefined;
}

function aSeed(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= MAX_SEED ? Number(text) : undefined;
}
