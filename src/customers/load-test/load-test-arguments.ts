import {
  aWholeNumber,
  CommandOptions,
  type OptionKind,
  PROGRAM_URL,
} from '../../platform/command-options.js';

/** What the command line asks for. */
export interface LoadTestCommand {
  /** Where the program listens, without a slash at its end. */
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
}

export const LOAD_TEST_USAGE = `usage: waybill customers load-test [--url URL] [--seconds N] [--connections N]

  Takes ids from the list of a program that runs, asks for their customers as fast as it answers, and says how many answers
  came a second and how long they took. Where KAFKA_BROKERS and CUSTOMERS_SCHEMA_REGISTRY_URL are set, customers are made up
  and produced as well, 100 a second for 3 seconds, to see how long each takes until a GET shows it; they are deleted
  afterwards.

  --url URL        where the program listens (http://127.0.0.1:8080)
  --seconds N      how long it is asked (10)
  --connections N  how many GETs are under way at a time (64)

  Ends with 0, with 1 when an answer was not 200 or did not come, with 130 by Ctrl-C.
`;

const OPTIONS = ['url', 'seconds', 'connections'] as const;
const DEFAULTS: LoadTestCommand = { url: 'http://127.0.0.1:8080', seconds: 10, connections: 64 };
const MAX_SECONDS = 86_400;
const MAX_CONNECTIONS = 10_000;

/** The load is put on plain sockets. */
const HTTP_URL: OptionKind<string> = {
  read(text) {
    const url = PROGRAM_URL.read(text);
    return url?.startsWith('http:') ? url : undefined;
  },
  expected: 'an http: URL such as http://127.0.0.1:8080, without query',
};

/** @throws UsageError naming each argument that is wrong and what was expected */
export function parseLoadTestCommand(words: readonly string[]): LoadTestCommand {
  const options = new CommandOptions(words, OPTIONS);
  const url = options.take('url', HTTP_URL) ?? DEFAULTS.url;
  const seconds = options.take('seconds', aWholeNumber(1, MAX_SECONDS)) ?? DEFAULTS.seconds;
  const connections = options.take('connections', aWholeNumber(1, MAX_CONNECTIONS)) ?? DEFAULTS.connections;
  options.requireRight();
  return { url, seconds, connections };
}
