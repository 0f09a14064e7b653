import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { Dice } from '../dice.js';
import { Findings } from '../findings.js';
import type { EntriesFault } from './entries-faults.js';
import type { EntriesServices } from './entries-services.js';
import { EntriesStage, type KeptEntry } from './entries-stage.js';
import { EntryCaller } from './entry-caller.js';
import { EntryCrew } from './entry-crew.js';
import { EntryHistory } from './entry-history.js';
import type { Seen } from './entry-operations.js';
import { EntryRecorder } from './entry-recorder.js';
import { contentOf, nameOf, type Place, placesOf, serialInBytes, serialInJson } from './entry-values.js';

const KEYS = 50;
const BETWEEN_FAULTS_MS = 1_000;
const AWAY_MS = 3_000;
/** A busy machine may need several tries. */
const TOLD_WITHIN_MS = 60_000;
/** What was written is shown by all replicas after that. */
const ALL_KNOW_MS = 1_500;

export interface TruthOptions {
  /** How many are to be answered, at least. */
  readonly operations: number;
  readonly replicas: number;
  /** Each comes about once, at least. */
  readonly faults: readonly EntriesFault[];
  /** How long a fault lasts, by default, in milliseconds. */
  readonly awayMs?: number;
  readonly betweenFaultsMs?: number;
  /** Whether the replicas are started again in the end, and all is read once more; they are by default. */
  readonly endsWithRestarts?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Truth {
  readonly findings: Findings;
  readonly recorder: EntryRecorder;
  readonly history: EntryHistory;
  /** How often each fault came about, and after how many milliseconds all was well again, at most. */
  readonly befell: ReadonlyMap<string, { readonly times: number; readonly wellAfterMs: number }>;
}

/** Has callers do everything at once while one fault follows the other, and judges all that they were told. */
export async function runTruth(services: EntriesServices, options: TruthOptions, dice: Dice): Promise<Truth> {
  const { operations, replicas, faults, env = {} } = options;
  const { awayMs = AWAY_MS, betweenFaultsMs = BETWEEN_FAULTS_MS, endsWithRestarts = true } = options;
  const findings = new Findings();
  const history = new EntryHistory();
  const recorder = new EntryRecorder(history, findings);
  const befell = new Map<string, { times: number; wellAfterMs: number }>();
  const places = placesOf(KEYS);
  let isWell = true;
  const stage = await EntriesStage.open(services, { replicas, write: 'through', env });
  try {
    const crew = new EntryCrew(stage.replicas, places, recorder, dice);
    try {
      let left: EntriesFault[] = [];
      while (isWell && (recorder.answered < operations || befell.size < faults.length)) {
        await pause(betweenFaultsMs);
        if (left.length === 0) left = [...faults];
        const [fault] = left.splice(dice.below(left.length), 1);
        if (fault === undefined) continue;
        await fault.run(stage, dice, awayMs);
        const wellAfterMs = await untilWell(stage, fault, findings);
        isWell = wellAfterMs < Infinity;
        await crew.lull();
        const { times, wellAfterMs: before } = befell.get(fault.name) ?? { times: 0, wellAfterMs: 0 };
        befell.set(fault.name, { times: times + 1, wellAfterMs: Math.max(before, wellAfterMs) });
      }
    } finally {
      await crew.finish();
    }
    await pause(ALL_KNOW_MS);
    if (isWell) await readAll(stage, places, history, recorder, findings);
    if (isWell && endsWithRestarts) await readAfterRestarts(stage, places, recorder, findings);
  } finally {
    await stage.close();
  }
  history.judge(findings);
  return { findings, recorder, history, befell };
}

/** @returns after how many milliseconds all was well again; Infinity: not at all */
async function untilWell(stage: EntriesStage, { name }: EntriesFault, findings: Findings): Promise<number> {
  try {
    return await stage.untilWell();
  } catch (error) {
    findings.add('did not recover', `${name}: ${(error as Error).message}`);
    return Infinity;
  }
}

/** What PostgreSQL has, and what each replica shows. */
async function readAll(
  stage: EntriesStage,
  places: readonly Place[],
  history: EntryHistory,
  recorder: EntryRecorder,
  findings: Findings,
): Promise<void> {
  const startMs = performance.now();
  const kept = await stage.kept();
  const endMs = performance.now();
  for (const place of places) {
    const name = nameOf(place);
    const entry = kept.get(name);
    kept.delete(name);
    const when = { replica: 'PostgreSQL', startMs, endMs, isOrdered: true, isLast: true };
    history.addRead(name, { ...when, seen: seenIn(place, entry) });
  }
  for (const name of kept.keys()) findings.add('foreign value', `PostgreSQL has ${name}, which nobody wrote`);
  await showAll(stage, places, recorder, findings);
}

/** With Redis as it is, and empty. */
async function readAfterRestarts(
  stage: EntriesStage,
  places: readonly Place[],
  recorder: EntryRecorder,
  findings: Findings,
): Promise<void> {
  await restartAll(stage);
  await showAll(stage, places, recorder, findings);
  await stage.services.withRedis((client) => client.flushAll());
  await restartAll(stage);
  await showAll(stage, places, recorder, findings);
}

async function showAll(
  stage: EntriesStage,
  places: readonly Place[],
  recorder: EntryRecorder,
  findings: Findings,
): Promise<void> {
  for (const { name, url } of stage.replicas) {
    const caller = new EntryCaller(name, url, recorder);
    for (const place of places) {
      await eventually(() => requireAnswer(caller, place), { timeoutMs: TOLD_WITHIN_MS }).catch(() =>
        findings.add('did not recover', `in the end ${name} does not tell ${nameOf(place)}`),
      );
    }
    caller.close();
  }
}

async function requireAnswer(caller: EntryCaller, place: Place): Promise<void> {
  if (!(await caller.get(place))) throw new Error('no answer');
}

async function restartAll({ replicas }: EntriesStage): Promise<void> {
  await Promise.all(replicas.map(({ program }) => program.stop()));
  await Promise.all(replicas.map(({ program }) => program.start()));
}

function seenIn(place: Place, entry: KeptEntry | undefined): Seen {
  if (entry === undefined) return { what: 'absent', version: 0 };
  const { version, value } = entry;
  if (value === null) return { what: 'absent', version };
  const serial = serialInBytes(value) ?? serialInJson(parsed(value));
  const content = serial === undefined ? undefined : contentOf(place, serial);
  const written = content === undefined || 'bytes' in content ? content?.bytes : Buffer.from(content.json);
  if (serial === undefined || written?.equals(value) !== true) {
    return { what: 'foreign', told: value.toString().slice(0, 100) };
  }
  return { what: 'value', version, serial };
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString());
  } catch {
    return undefined;
  }
}
