import fc from 'fast-check';
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPipeline, type Pipeline } from '../kafka/order-pipeline.harness.js';
import { useTier } from '../support/tiers.js';
import { arbitraryRequest, arbitrarySubmission } from './arbitrary-request.js';
import { UID } from './arbitrary-body.js';
import { arbitraryEvents, sendEvents } from './fuzzed-events.js';
import type { HttpCase } from './http-client.js';
import { arbitrarySession, SessionRun } from './order-session.js';
import { Program, withUid } from './program.js';
import { arbitraryJunk, sendJunk, statusesIn } from './protocol-junk.js';

const kafka = useTier('kafka');

const SEED = Number(process.env.SEED || randomInt(2 ** 31));
const MINUTES = Number(process.env.FUZZ_MINUTES ?? 0.65);
const MINUTE_MS = 60_000;
/** To shrink a case that fails, and to start and stop. */
const MORE_TIME_MS = 120_000;
const FOR_AS_LONG_AS_IT_TAKES = 1e9;

/** As many cases as the share of the time allows. A failure is shown as its smallest case, with what repeats it. */
async function fuzz<Case>(
  share: number,
  cases: fc.Arbitrary<Case>,
  check: (one: Case) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(cases, check), {
    seed: SEED,
    numRuns: FOR_AS_LONG_AS_IT_TAKES,
    interruptAfterTimeLimit: share * MINUTES * MINUTE_MS,
    reporter: (outcome) => {
      if (!outcome.failed) return;
      const repeat = `SEED=${SEED} make fuzz MINUTES=${MINUTES} repeats it`;
      throw new Error(`${fc.defaultReportMessage(outcome)}\n${repeat}`, { cause: outcome.errorInstance });
    },
  });
}

/**
 * A broker refuses timestamps of more than an hour ahead by default; of a topic that was made long ago it takes any. It
 * deletes what is of 1970, unless told to keep it.
 */
async function createTopicOfAnyTimes({ admin, topic }: Pipeline): Promise<void> {
  const configEntries = [
    { name: 'message.timestamp.after.max.ms', value: '9223372036854775807' },
    { name: 'retention.ms', value: '-1' },
  ];
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
}

describe.skipIf(kafka.skipped)(`whatever it is sent (SEED=${SEED})`, () => {
  let pipeline: Pipeline;
  let program: Program;

  beforeAll(async () => {
    pipeline = await createPipeline(kafka.brokers);
    await createTopicOfAnyTimes(pipeline);
    program = new Program(await pipeline.start(), pipeline);
  });
  afterAll(async () => {
    console.log(`fuzz: SEED=${SEED}, ${JSON.stringify(program?.counts)}`);
    program?.close();
    await pipeline?.close();
  });

  const time = MINUTES * MINUTE_MS + MORE_TIME_MS;
  /** The case under an id of its own. */
  function prepared({ path, body, ...rest }: HttpCase): HttpCase & { body?: Buffer } {
    const uid = program.freshUid();
    const request: HttpCase = { ...rest, path: path.replaceAll(UID, uid) };
    if (body !== undefined) request.body = withUid(body, uid);
    return request;
  }

  async function submit(one: HttpCase): Promise<void> {
    const request = prepared(one);
    if (request.body !== undefined) program.willSend(request.body);
    const { status } = await program.ask(request);
    if (request.method === 'POST' && [200, 201].includes(status)) await program.requireKept(request.body!);
  }

  it(
    'orders that it accepts read back as they were sent, and what it refuses is told where',
    async () => {
      await fuzz(0.3, arbitrarySubmission, submit);
      await program.requireUnharmed();
      expect(program.counts['orders read back']).toBeGreaterThan(MINUTES);
    },
    time,
  );

  it(
    'requests of any kind get a proper answer',
    async () => {
      await fuzz(0.2, arbitraryRequest, async (one) => {
        const request = prepared(one);
        if (request.body !== undefined) program.willSend(request.body);
        await program.ask(request);
      });
      await program.requireUnharmed();
    },
    time,
  );

  it(
    'what is done one after the other has its effect, in this order',
    async () => {
      await fuzz(0.15, arbitrarySession, (session) => new SessionRun(program, session).play());
      await program.requireUnharmed();
    },
    time,
  );

  it(
    'bytes that are no HTTP harm nobody',
    async () => {
      await fuzz(0.1, arbitraryJunk, async (junk) => {
        for (const status of statusesIn(await sendJunk(program.waybill.url, junk))) {
          expect(status).toBeLessThan(500);
        }
        program.count('junk');
      });
      await program.requireUnharmed();
    },
    time,
  );

  it(
    'events are orders that read back, or dead letters with their bytes',
    async () => {
      await fuzz(0.25, arbitraryEvents, (events) => sendEvents(program, events));
      await program.requireUnharmed();
      expect(program.counts['dead letters']).toBeGreaterThan(MINUTES);
    },
    time,
  );
});
