import { countsBetween, readCounts } from '../read/program-counts.js';
import { ENTRY_ROUTE } from './bench-entries.js';
import { CPU_OF, CpuMeter } from './cpu-meter.js';
import type { KindResult, LaneTask, LoadTask, LoadTaskResult } from './load-task.js';
import type { Row } from './rows.js';
import type { SheetLine } from './sheet-figures.js';
import type { Stage } from './stage.js';

const MS_PER_SECOND = 1_000;
/** As the table calls it. */
export const RAW = 'raw node:http';

/** What a row has shown. */
export interface RowRun {
  readonly lines: readonly SheetLine[];
  /** Writes that were answered as stored, or as sure to be, and those of which nobody knows, the warm-up's among them. */
  readonly acknowledged: number;
  readonly uncertain: number;
  readonly faults: readonly string[];
}

/** Puts a row's load on the program, or its reads on raw node:http. The program is warmed up by the same load before. */
export async function runRow(stage: Stage, row: Row, warmUpSeconds: number, isRaw: boolean): Promise<RowRun> {
  const { sender, watch, url, checkAlive } = stage;
  const lanes = row.lanes.map((lane): LaneTask => {
    const asksRaw = isRaw && lane.readShare === 1;
    return { ...lane, url: asksRaw ? stage.raw!.url : url };
  });
  const warmUp = await sender.did<LoadTaskResult>({ seconds: warmUpSeconds, lanes } satisfies LoadTask);
  await watch.untilCaughtUp(checkAlive);
  const before = await readCounts(url, ENTRY_ROUTE);
  const meter = new CpuMeter({ pids: stage.pids, isEmbedded: stage.place.isEmbedded });
  const measured = await sender.did<LoadTaskResult>({ seconds: row.seconds, lanes } satisfies LoadTask);
  const endedAtMs = Date.now();
  const used = meter.used();
  const behind = await watch.behind();
  const caughtUpAtMs = await watch.untilCaughtUp(checkAlive);
  const { cache } = countsBetween(before, await readCounts(url, ENTRY_ROUTE));
  checkAlive();

  const cores = Object.fromEntries(CPU_OF.map((name) => [name, perSecond(used[name], measured.seconds)]));
  const ofRow: SheetLine['figures'] = {
    ...cores,
    sender: measured.cpuSeconds / measured.seconds,
    late: measured.lateP99Ms,
    ...(row.lanes.some(({ readShare }) => readShare < 1) && {
      behind,
      'caught up': (caughtUpAtMs - endedAtMs) / MS_PER_SECOND,
    }),
  };
  const lines = measured.results.map((result, index): SheetLine => ({
    line: nameOf(row, result, isRaw),
    figures: {
      ...figuresOf(result, row),
      ...(result.kind === 'reads' && !isRaw && tiersOf(result, cache)),
      ...(index === 0 && ofRow),
    },
  }));
  const writes = [warmUp, measured].flatMap(({ results }) => results.filter(({ kind }) => kind === 'writes'));
  return {
    lines,
    acknowledged: writes.reduce((sum, { answers }) => sum + answers, 0),
    uncertain: writes.reduce((sum, { asked, answers }) => sum + asked - answers, 0),
    faults: measured.results.flatMap((result) => faultsOf(result, nameOf(row, result, isRaw))),
  };
}

function nameOf({ name, lanes }: Row, { kind }: KindResult, isRaw: boolean): string {
  const isOfOneKind = lanes.length === 1 && [0, 1].includes(lanes[0]!.readShare);
  const ofKind = isOfOneKind ? name : `${name}: ${kind}`;
  if (!isRaw) return ofKind;
  return kind === 'reads' ? `${ofKind}, ${RAW}` : `${ofKind}, beside ${RAW}`;
}

const perSecond = (value: number | undefined, seconds: number): number | undefined =>
  value === undefined ? undefined : value / seconds;

function figuresOf(result: KindResult, { lanes, seconds }: Row): SheetLine['figures'] {
  const isPaced = lanes.every((lane) => lane.perSecond !== undefined);
  return {
    asked: isPaced ? result.asked / seconds : undefined,
    held: result.answers / result.seconds,
    p50: result.p50Ms,
    p99: result.p99Ms,
    'p99.9': result.p999Ms,
    max: result.maxMs,
    errors: result.asked - result.answers,
  };
}

/** Which share of the reads each tier has answered, as the program has counted them. */
function tiersOf({ answers }: KindResult, cache: Readonly<Record<string, number>>): SheetLine['figures'] {
  const share = (name: string): number => (100 * (cache[name] ?? 0)) / answers;
  return { memory: share('memory hit'), redis: share('redis hit'), store: share('store hit') };
}

function faultsOf({ refused, unanswered, mistaken }: KindResult, line: string): string[] {
  return [
    ...Object.entries(refused).map(([status, count]) => `${line}: ${count} answers with ${status}`),
    ...(unanswered > 0 ? [`${line}: ${unanswered} requests without an answer`] : []),
    ...(mistaken > 0 ? [`${line}: ${mistaken} answers of another entry, of those that were looked at`] : []),
  ];
}
