import type { Progress } from '../src/platform/progress.js';
import {
  type Benchmark,
  type Findings,
  type Measurement,
  measuredWherePossible,
  settingFrom,
} from './benchmark.js';
import { CPU_USERS } from './cpu-users.js';
import { type ShopContext, SHOP } from './life/last-states.js';
import { type LifeRun, type LifeRunOptions, runLives } from './life/life-run.js';
import { LONGEST_LIFE_MS } from './life/life.js';
import { delaysOf, EFFECTS, type EffectName, percentile } from './life/told-states.js';
import type { Services } from './services.js';

const DEFINITION = [
  'Whole lives of orders: an order with two items, an authorization, a capture in one or two parts, one or two parcels with',
  'three to six events each, some sold out, refunded, returned or delivered at the second attempt; 8.3 events a life, over 8 s.',
  'The program has all contexts, all roles and its own defaults; 20,000 things are in stock. Each event is sent when it is due,',
  'by a process of its own on the same machine, which is looked at every 500 ms.',
  'behind: messages that a context has not committed, or that stand in the outbox, and the age of the oldest; too large by up',
  'to 0.5 s. "at the end": when the last event had been sent. "caught up": from then until nobody was behind.',
  'order -> confirmed and so on: from when the event was due until its effect was on the topic of order-status.',
  'hot thing: orders that all want one thing, and nothing else happens to them. waiting: all events of lives wait in their topics',
  'when the program starts, and the clock runs from when its consumer of orders has its partitions until all is done.',
  'CPU: user and system time while lives went on, of PostgreSQL and the broker with all that belongs to them, the same lives',
  'for each set of contexts; events for contexts that are switched off are not sent.',
];

const CPU_LIVES = 1_000;
const MS_PER_SECOND = 1_000;

/** What each context costs is told by its absence. */
const SETS: Readonly<Record<string, readonly ShopContext[]>> = {
  'all contexts': SHOP,
  'without payments': SHOP.filter((context) => context !== 'payments'),
  'without tracking': SHOP.filter((context) => context !== 'tracking'),
  'without inventory': SHOP.filter((context) => context !== 'inventory'),
  'orders alone': ['orders'],
};

interface Figures {
  readonly measurements: readonly Measurement[];
  readonly faults: readonly string[];
}

/** Whole lives of orders, through all contexts of a shop. */
export const life: Benchmark = {
  name: 'life',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const livesPerSecond = settingFrom('BENCH_LIVES_PER_SECOND', 300);
    const settings = {
      livesPerSecond,
      seconds: settingFrom('BENCH_LIFE_SECONDS', 60),
      hotOrdersPerSecond: settingFrom('BENCH_HOT_ORDERS_PER_SECOND', 500),
      hotSeconds: settingFrom('BENCH_HOT_SECONDS', 20),
      waitingLives: settingFrom('BENCH_WAITING_LIVES', 6_000),
      costSeconds: settingFrom('BENCH_COST_SECONDS', 12),
    };
    const run = (title: string, own: Partial<LifeRunOptions> & { lives: number }): Promise<LifeRun> =>
      runLives({ services, progress, title: `life: ${title}`, contexts: SHOP, livesPerSecond, ...own });
    const whole = await run(`${livesPerSecond} lives/s`, { lives: livesPerSecond * settings.seconds });
    const figures: Figures[] = [wholeLives(whole, livesPerSecond, livesPerSecond * settings.seconds)];
    const hotOrders = settings.hotOrdersPerSecond * settings.hotSeconds;
    const hot = await run('hot thing', {
      lives: hotOrders,
      livesPerSecond: settings.hotOrdersPerSecond,
      isHot: true,
    });
    figures.push(hotThing(hot, settings.hotOrdersPerSecond, hotOrders));
    const waiting = await run('waiting', { lives: settings.waitingLives, livesPerSecond: 0 });
    figures.push(waitingLives(waiting, settings.waitingLives));
    for (const [name, contexts] of Object.entries(SETS)) {
      const lives = livesPerSecond * settings.costSeconds;
      figures.push(costs(name, await run(name, { contexts, lives }), lives));
    }
    return {
      definition: DEFINITION,
      settings,
      measurements: figures.flatMap(({ measurements }) => measurements),
      faults: figures.flatMap(({ faults }) => faults),
    };
  },
};

const once = (name: string, unit: string, value: number): Measurement => ({ name, unit, rounds: [value] });

function wholeLives(run: LifeRun, livesPerSecond: number, lives: number): Figures {
  const { load, toldAt, faults, messages, work } = run;
  const name = `${livesPerSecond} lives/s`;
  const paced = { lives, livesPerSecond, startedAtMs: load.startedAtMs };
  const seconds = (load.endedAtMs - load.startedAtMs) / MS_PER_SECOND;
  return {
    measurements: [
      once(`${name}: events in`, 'events/s', load.events / (lives / livesPerSecond)),
      once(`${name}: sent behind their time, at most`, 's', load.latestMs / MS_PER_SECOND),
      once(`${name}: took to send, beyond the longest life`, 's', seconds - LONGEST_LIFE_MS / MS_PER_SECOND),
      ...behind(name, run, ['the relay', ...SHOP]),
      ...Object.keys(EFFECTS).flatMap((effect) =>
        delays(`${name}: ${effect}`, delaysOf(effect as EffectName, toldAt, paced)),
      ),
      once(`${name}: messages on all topics`, 'a life', messages / lives),
      once(`${name}: transactions`, 'a life', work.commits / lives),
      once(`${name}: rows inserted, updated, deleted`, 'a life', work.rowsWritten / lives),
      ...cpu(name, run, lives),
    ],
    faults,
  };
}

function hotThing(run: LifeRun, ordersPerSecond: number, orders: number): Figures {
  const name = `hot thing, ${ordersPerSecond} orders/s`;
  const paced = { lives: orders, livesPerSecond: ordersPerSecond, startedAtMs: run.load.startedAtMs };
  return {
    measurements: [
      ...behind(name, run, ['orders', 'inventory']),
      ...delays(`${name}: order -> confirmed`, delaysOf('order -> confirmed', run.toldAt, paced)),
    ],
    faults: run.faults,
  };
}

function waitingLives(run: LifeRun, lives: number): Figures {
  const seconds = (run.doneAtMs - run.beganAtMs) / MS_PER_SECOND;
  return {
    measurements: [
      once('waiting: all done', 'lives/s', lives / seconds),
      once('waiting: events in', 'events/s', run.load.events / seconds),
      ...cpu('waiting', run, lives),
    ],
    faults: run.faults,
  };
}

const costs = (name: string, run: LifeRun, lives: number): Figures => ({
  measurements: cpu(name, run, lives),
  faults: run.faults,
});

/** How far each was behind while events were sent, and when the last had been. */
function behind(name: string, run: LifeRun, parts: readonly string[]): Measurement[] {
  const { endedAtMs } = run.load;
  return [
    ...parts.flatMap((part) => {
      const most = run.lag.mostUntil(part, endedAtMs);
      const last = run.lag.lastUntil(part, endedAtMs);
      return [
        once(`${name}: ${part} behind, at most`, 'messages', most.messages),
        once(`${name}: ${part} behind, at most`, 's', most.seconds),
        once(`${name}: ${part} behind, at the end`, 's', last.seconds),
      ];
    }),
    once(`${name}: caught up`, 's', (run.doneAtMs - endedAtMs) / MS_PER_SECOND),
  ];
}

const delays = (name: string, sorted: readonly number[]): Measurement[] => [
  once(`${name}, p50`, 's', percentile(sorted, 0.5)),
  once(`${name}, p99`, 's', percentile(sorted, 0.99)),
  once(`${name}, at most`, 's', percentile(sorted, 1)),
];

const cpu = (name: string, run: LifeRun, lives: number): Measurement[] =>
  CPU_USERS.flatMap((user) => {
    const seconds = run.cpuSeconds[user];
    return measuredWherePossible(`${name}: CPU of ${user}, per 1,000 lives`, 'CPU s', [
      seconds && (seconds * CPU_LIVES) / lives,
    ]);
  });
