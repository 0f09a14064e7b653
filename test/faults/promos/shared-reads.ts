import { setTimeout as pause } from 'node:timers/promises';
import { askEach, Crowd } from './callers.js';
import type { PromosStage } from './promos-stage.js';
import type { PromosScenario } from './scenario.js';
import { untilBothWell, untilWell } from './well-again.js';

const FOUND = { messages: ['ok:postgres', 'ok:redis'] };
/** PostgreSQL answers when all of a crowd have been taken in, which takes a process some time. */
const UNTIL_ALL_HAVE_ASKED_MS = 4_000;
const PATIENT_MS = 9_000;
const FEW = 50;
const SLOW_MS = 120;
const HANGS_UP_AFTER_MS = 40;
const ABSENT_IDS = 10_000;

/** @param delayMs of PostgreSQL's answer */
async function askAtOnce(stage: PromosStage, url: string, size: number, delayMs = 0) {
  const crowd = await Crowd.gather(url, size);
  await untilWell(stage, url);
  const [userId] = stage.take(1) as [string];
  const count = stage.countQueriesFor(userId, delayMs);
  const answers = await crowd.ask(userId);
  crowd.disperse();
  return { answers, queries: count() };
}

/** A process that is busy for so long has two promises to keep at once, and which of them is not asked here. */
export const USUAL_CROWD: PromosScenario = {
  name: 'a crowd asks for one user, with the usual time',
  async run(stage, promises, { crowd: size }) {
    const { answers, queries } = await askAtOnce(stage, stage.url, size);
    promises.tell(`all at once (queries: ${queries})`, answers);
    await untilBothWell(stage);
  },
};

export const SHARED_READS: readonly PromosScenario[] = [
  {
    name: 'a crowd asks for one user',
    isTimed: true,
    async run(stage, promises, { crowd: size }) {
      const patient = await stage.addReplica('patient', { PROMOS_REQUEST_TIMEOUT_MS: String(PATIENT_MS) });
      await patient.start();
      await untilWell(stage, patient.url);
      const { answers, queries } = await askAtOnce(stage, patient.url, size, UNTIL_ALL_HAVE_ASKED_MS);
      promises.check('all at once', answers, { ...FOUND, withinMs: PATIENT_MS });
      promises.holds('one query for all of them', queries === 1, `${queries} queries`);
      await patient.kill();
      await untilBothWell(stage);
    },
  },
  {
    name: 'the first of 50 callers hangs up',
    isTimed: true,
    async run(stage, promises) {
      const [userId] = stage.take(1) as [string];
      const crowd = await Crowd.gather(stage.url, FEW);
      const queries = stage.countQueriesFor(userId, SLOW_MS);
      const asked = crowd.ask(userId);
      await pause(HANGS_UP_AFTER_MS);
      crowd.loseFirst();
      const [lost, ...others] = await asked;
      const sent = queries();
      crowd.disperse();
      promises.holds('the first is gone', lost!.status === 0, lost!.message);
      promises.check('the others', others, { messages: ['ok:postgres'] });
      promises.holds('one query for all of them', sent === 1, `${sent} queries`);
      await untilBothWell(stage);
    },
  },
  {
    name: 'ids that are not there',
    async run(stage, promises, { callers }) {
      const absent = Array.from({ length: ABSENT_IDS }, (_, number) => `nobody-${number}`);
      const before = await stage.storeReads(stage.url);
      for (const what of ['the first time', 'again']) {
        promises.check(what, await askEach(stage.url, absent, callers), { messages: ['not found'] });
      }
      const reads = (await stage.storeReads(stage.url)) - before;
      promises.holds('at most one look-up of each', reads <= ABSENT_IDS, `${reads} look-ups`);
      promises.holds('the metric counts them', reads > 0, 'it does not move');
    },
  },
];
