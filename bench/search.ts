import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, type Measurement, ratios, settingFrom } from './benchmark.js';
import { onServer } from './database.js';
import { filledOrder } from './filled-orders.js';
import { KeptConnections } from './kept-connections.js';
import { percentile } from './percentile.js';
import { startReady } from './ready-program.js';
import { QUESTIONS, type Question, SHARED_QUESTIONS, shareOneBuyer } from './search/questions.js';
import type { Services } from './services.js';
import { withSurroundings } from './surroundings.js';

const DEFINITION = [
  'The tables hold filledOrders orders; the program has its own defaults. Each kind of question is asked requests times a round',
  'over 4 connections that are kept, with another order of those that are there each time, and its first hit is looked at.',
  '"all": every order has the same name, e-mail address and phone number. The kinds take turns, and so does what they are',
  'compared with: the newest 20 orders of the list, as it shows them. A time is from the request until the whole answer is there.',
];

const CONNECTIONS = 4;
const REFERENCE: Question = { name: 'list of 20', path: () => '/api/orders?limit=20&view=summary' };

/** Milliseconds of each answer, by kind of question, and what was wrong. */
interface Round {
  readonly msByName: ReadonlyMap<string, readonly number[]>;
  readonly faults: readonly string[];
}

/** How long it takes to find an order by what somebody knows of it. */
export const search: Benchmark = {
  name: 'search',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const requests = settingFrom('BENCH_SEARCH_REQUESTS', 300);
    const filled = await services.filledDatabase(settingFrom('BENCH_FILLED_ORDERS', 2_000_000));
    const options = { services, progress, filled };
    const asked = { orders: filled.orders, rounds, requests, progress };
    const ownBuyers = await withSurroundings(options, ({ settings }) =>
      askInTurn(settings, { ...asked, questions: [REFERENCE, ...QUESTIONS] }),
    );
    const oneBuyer = await withSurroundings(options, async ({ database, settings }) => {
      progress.start('giving all orders one buyer');
      await onServer(database.connection, shareOneBuyer);
      progress.finish();
      return askInTurn(settings, { ...asked, questions: [REFERENCE, ...SHARED_QUESTIONS] });
    });
    return {
      definition: DEFINITION,
      settings: { rounds, filledOrders: filled.orders, requests },
      measurements: [
        ...measurementsOf(ownBuyers, [REFERENCE, ...QUESTIONS]),
        ...measurementsOf(oneBuyer, SHARED_QUESTIONS),
      ],
      faults: [...ownBuyers, ...oneBuyer].flatMap((round) => round.faults),
    };
  },
};

interface Asked {
  readonly orders: number;
  readonly rounds: number;
  readonly requests: number;
  readonly questions: readonly Question[];
  readonly progress: Progress;
}

async function askInTurn(
  settings: Readonly<Record<string, string>>,
  { orders, rounds, requests, questions, progress }: Asked,
): Promise<Round[]> {
  const { program, url } = await startReady(settings);
  const connections = new KeptConnections(url, CONNECTIONS);
  progress.start(`search: ${rounds * requests * questions.length} requests`);
  try {
    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      measured.push(await askAll(connections, orders, requests, questions, round));
      progress.show(round, rounds);
    }
    progress.finish();
    return measured;
  } finally {
    connections.close();
    await program.stop();
  }
}

async function askAll(
  connections: KeptConnections,
  orders: number,
  requests: number,
  questions: readonly Question[],
  round: number,
): Promise<Round> {
  // Another order each time, spread over all of them.
  const turns = Array.from({ length: requests }, (_, turn) =>
    questions.map((question) => ({
      question,
      order: filledOrder(Math.floor(((turn * strideOf(round)) % requests) * (orders / requests))),
    })),
  ).flat();
  const msByName = new Map(questions.map(({ name }) => [name, [] as number[]]));
  const wrong = new Map<string, string>();
  await connections.getAll(
    turns.map(({ question, order }) => question.path(order)),
    ({ status, body, ms }, index) => {
      const { question, order } = turns[index]!;
      msByName.get(question.name)!.push(ms);
      const fault = status === 200 ? question.faultOf?.(JSON.parse(body), order) : `was answered ${status}`;
      if (fault !== undefined) wrong.set(question.name, `search, round ${round}: ${question.name} ${fault}`);
    },
  );
  return { msByName, faults: [...wrong.values()] };
}

/** A factor that shares none with a round number of requests, so that each round goes through the orders in a turn of its own. */
const strideOf = (round: number): number => 6 * round + 1;

function measurementsOf(measured: readonly Round[], questions: readonly Question[]): Measurement[] {
  const of = (name: string, share: number): number[] =>
    measured.map(({ msByName }) => percentile(msByName.get(name)!, share));
  return questions.flatMap(({ name }) => [
    ...[0.5, 0.99].map((share) => ({
      name: `${name}: p${share * 100}`,
      unit: 'ms',
      rounds: of(name, share),
    })),
    ...(name === REFERENCE.name
      ? []
      : [
          {
            name: `${name} / ${REFERENCE.name}: p50`,
            unit: 'times',
            rounds: ratios(of(name, 0.5), of(REFERENCE.name, 0.5)),
          },
        ]),
  ]);
}
