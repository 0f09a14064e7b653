import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, settingFrom } from './benchmark.js';
import { measureIn, type RoundOptions } from './entries/entries-round.js';
import { withDefaults, withServices } from './entries/place.js';
import { chosenRows, rowsFor } from './entries/rows.js';
import { sheetOf } from './entries/sheet-figures.js';
import type { SenderOptions } from './entries/sender.js';
import { Figures } from './read/figures.js';
import { Script } from './script.js';
import type { Services } from './services.js';

const DEFINITION = [
  'Entries of some 200 bytes of JSON under /v1/cache/:key, of the built program for the context entries alone, with its own',
  'defaults, Redis, PostgreSQL and Kafka; the program has just started, and each row warms it up. reads, writes: alone, at an',
  'even rate. both: together. 50/50 and so on: share of reads and writes, 32 connections, each of which sends after its answer;',
  'so do all-miss, of keys that nobody has written, and hot, of 100 keys. behind: ENTRIES_WRITE=behind. split: ROLES=api,relay in',
  'one process, which is asked, and ROLES=worker in another. embedded: no Kafka, no Redis, and the PostgreSQL that the program',
  "brings. raw node:http: Node's own HTTP server with the same answers in memory, asked the same, in the same run; the writes",
  'beside it go to the program. Keys are drawn as by Zipf (0.99) for reads, and evenly for writes and for the hot ones.',
  'A latency runs from when a request is due, by a clock of 1 ms and also when no connection is free then, to the end of its',
  'answer; with 32 connections nothing is ever due, and it runs from when it is sent. errors: other answers, and none within',
  '10 s. memory, redis, store: which tier had what was read, in percent of the reads, as the program counts. The CPU time of',
  'each, in cores, while the load went on; the sender is what puts the load on, and shares the cores with all others. late: how',
  'late the sender itself was with what was due, p99. behind: messages that the worker was not done with when the last answer',
  'came; caught up: how long until it was. All values are medians of the rounds.',
];

/** Of Zipf's law, as other load generators have it. */
const EXPONENT = 0.99;

/** A persistent cache over HTTP: reads and writes, each alone and together, in all of its arrangements. */
export const entries: Benchmark = {
  name: 'entries',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const seconds = settingFrom('BENCH_SECONDS', 10);
    const settings = {
      entries: settingFrom('BENCH_ENTRIES', 100_000),
      seconds,
      bothSeconds: settingFrom('BENCH_BOTH_SECONDS', seconds * 6),
      warmUpSeconds: settingFrom('BENCH_WARM_UP_SECONDS', Math.ceil(seconds / 2)),
      readsPerSecond: settingFrom('BENCH_READS_PER_SECOND', 10_000),
      writesPerSecond: settingFrom('BENCH_WRITES_PER_SECOND', 5_000),
    };
    const rows = chosenRows(rowsFor(settings), process.env.BENCH_ONLY ?? '');
    const embedded = rows.filter(({ arrangement }) => arrangement === 'embedded');
    const others = rows.filter((row) => !embedded.includes(row));
    const figures = new Figures();
    const lines: string[] = [];
    const faults: string[] = [];
    const sender = Script.start('entries/sender.ts', { exponent: EXPONENT } satisfies SenderOptions);
    try {
      await sender.said();
      for (let round = 1; round <= rounds; round++) {
        const title = `entries, round ${round} of ${rounds}`;
        const options: Omit<RoundOptions, 'rows'> = { ...settings, sender, progress, title, figures, lines };
        if (others.length > 0) {
          const wrong = await withServices(services, (place) =>
            measureIn(place, { ...options, rows: others }),
          );
          faults.push(...wrong);
        }
        if (embedded.length > 0) {
          faults.push(...(await withDefaults((place) => measureIn(place, { ...options, rows: embedded }))));
        }
      }
    } finally {
      await sender.stop();
    }
    return {
      definition: DEFINITION,
      settings: { rounds, ...settings },
      measurements: figures.measurements(),
      sheet: sheetOf(lines),
      faults,
    };
  },
};
