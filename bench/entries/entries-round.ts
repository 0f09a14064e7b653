import type { Progress } from '../../src/platform/progress.js';
import type { Figures } from '../read/figures.js';
import { differences, takeSample } from '../read/hot-turn.js';
import { type ReferenceServer, startReference } from '../reference-server.js';
import type { RawEntriesOptions } from '../references/raw-entries.js';
import type { Script } from '../script.js';
import { ENTRY_ROUTE, keyOf, pathOf } from './bench-entries.js';
import type { Place } from './place.js';
import { RAW, type RowRun, runRow } from './row-run.js';
import type { Row } from './rows.js';
import { addLine, type SheetLine } from './sheet-figures.js';
import { type Stage, withStage } from './stage.js';
import { storeEntries } from './stored-entries.js';

const COMPARED = 1_000;

export interface RoundOptions {
  readonly rows: readonly Row[];
  readonly entries: number;
  readonly warmUpSeconds: number;
  readonly sender: Script;
  readonly progress: Progress;
  readonly title: string;
  readonly figures: Figures;
  /** Gets the name of each line of the sheet. */
  readonly lines: string[];
}

/** How many writes the database must hold. */
interface Written {
  /** Those that were answered as stored. */
  acknowledged: number;
  /** Those that may be there as well. */
  uncertain: number;
}

/** Measures rows with entries of a place, which has none yet. @returns what was wrong */
export async function measureIn(place: Place, options: RoundOptions): Promise<string[]> {
  const { rows, entries, sender, progress, title } = options;
  const written: Written = { acknowledged: entries, uncertain: 0 };
  const faults: string[] = [];
  const raw = await fill(place, options);
  try {
    for (const arrangement of new Set(rows.map((row) => row.arrangement))) {
      await withStage({ place, arrangement, sender, raw, progress }, async (stage) => {
        if (raw !== undefined && arrangement === 'through') {
          faults.push(...(await compare(stage.url, raw.url, entries)));
        }
        for (const row of rows) {
          if (row.arrangement === arrangement)
            faults.push(...(await measureRow(stage, row, options, written)));
        }
        const letters = await stage.watch.deadLetters();
        if (letters > 0) faults.push(`${letters} dead letters, expected none`);
      });
    }
  } finally {
    await raw?.stop();
  }
  return faults.map((fault) => `${title}: ${fault}`);
}

/**
 * Has entries stored by a program of its own, so that those which are measured have nothing in memory yet.
 *
 * @returns raw node:http with what that program answers; undefined when no row is compared with it
 */
async function fill(place: Place, options: RoundOptions): Promise<ReferenceServer | undefined> {
  const { rows, entries, sender, progress } = options;
  const arrangement = place.isEmbedded ? 'embedded' : 'through';
  progress.start(`storing ${entries.toLocaleString('en')} entries`);
  const stage = { place, arrangement, sender, raw: undefined, progress } as const;
  const raw = await withStage(stage, async ({ url, watch, checkAlive }) => {
    await storeEntries(url, entries, (stored) => progress.show(stored, entries));
    await watch.untilCaughtUp(checkAlive);
    if (!rows.some(({ isBesideRaw }) => isBesideRaw)) return undefined;
    return startReference('raw-entries.ts', { from: url, entries } satisfies RawEntriesOptions);
  });
  progress.finish();
  return raw;
}

/** @returns what was wrong */
async function measureRow(
  stage: Stage,
  row: Row,
  options: RoundOptions,
  written: Written,
): Promise<string[]> {
  const faults: string[] = [];
  const runs: RowRun[] = [];
  for (const isRaw of row.isBesideRaw ? [false, true] : [false]) {
    options.progress.start(`${options.title}, ${row.name}${isRaw ? `, ${RAW}` : ''}`);
    const run = await runRow(stage, row, options.warmUpSeconds, isRaw);
    options.progress.finish();
    runs.push(run);
    written.acknowledged += run.acknowledged;
    written.uncertain += run.uncertain;
    faults.push(...run.faults, ...(await wrongIn(stage, row, written)));
  }
  const [own, raw] = runs.map(({ lines }) => lines);
  for (const line of [...withRatio(own!, raw), ...(raw ?? [])]) {
    addLine(options.figures, line);
    options.lines.push(line.line);
  }
  return faults;
}

/** The first line of each is of the reads. */
function withRatio([reads, ...others]: readonly SheetLine[], raw: RowRun['lines'] | undefined): SheetLine[] {
  const { line, figures } = reads!;
  const rawP99 = raw?.[0]!.figures.p99;
  if (figures.p99 === undefined || rawP99 === undefined) return [reads!, ...others];
  return [{ line, figures: { ...figures, 'p99 / raw': figures.p99 / rawP99 } }, ...others];
}

async function wrongIn(
  { watch }: Stage,
  { name }: Row,
  { acknowledged, uncertain }: Written,
): Promise<string[]> {
  const stored = await watch.versions();
  if (stored >= acknowledged && stored <= acknowledged + uncertain) return [];
  return [`${name}: ${stored} writes are stored, expected ${acknowledged} and up to ${uncertain} more`];
}

/** How the answers of raw node:http differ from those of the program, before anything is written to. */
async function compare(program: string, raw: string, entries: number): Promise<string[]> {
  const count = Math.min(entries, COMPARED);
  const requests = Array.from({ length: count }, (_, number) => ({ path: pathOf(keyOf(number)) }));
  const row = { name: 'reads', route: ENTRY_ROUTE, requests, status: 200, references: [RAW] } as const;
  return differences(await takeSample(row, raw), await takeSample(row, program)).map(
    (difference) => `${RAW}: ${difference}`,
  );
}
