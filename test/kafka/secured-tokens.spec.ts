import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaUnavailableReason } from '../../scripts/kafka-broker.js';
import { eventually } from '../support/eventually.js';
import type { SecureKafka } from '../support/secure-kafka.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { keepsSecrets, SecuredStage, tells, watchTries, type WatchedTries } from './secured.harness.js';

const unavailable = await kafkaUnavailableReason();

/** A connection that was made by a token ends with it. It is renewed after four fifths, which leaves time for a stall. */
const LIFE_SECONDS = 15;
/** Several lives, on a machine that has others to serve. */
const LONG_MS = 120_000;

/** A warning or an error. */
const TROUBLE = /"level":[4-6]0/;

const REFUSED =
  /does not take the client .*check KAFKA_SASL_OAUTH_CLIENT_ID and KAFKA_SASL_OAUTH_CLIENT_SECRET/;
const RUBBISH = /\(KAFKA_SASL_OAUTH_ENDPOINT\) answers with something that is no JSON/;
const TOO_LATE = /does not answer within \d+ s: check KAFKA_SASL_OAUTH_ENDPOINT/;

describe.skipIf(unavailable)('a token for Kafka', () => {
  let kafka: SecureKafka;
  let stage: SecuredStage;
  let program: WaybillProcess;

  beforeAll(async () => {
    stage = await SecuredStage.open();
    ({ kafka } = stage);
    kafka.tokens.lifeSeconds = LIFE_SECONDS;
    kafka.tokens.mood = 'refuse';
    program = await stage.start(kafka.oauthByEndpoint());
  });
  afterAll(() => stage.close());

  const watched = (): WatchedTries => watchTries(program, () => kafka.tokens.requests);

  it(
    'is waited for at the start',
    async () => {
      const tries = watched();
      await tells(program, REFUSED);
      await stage.post(program);
      kafka.tokens.mood = 'rubbish';
      await tells(program, RUBBISH);
      await stage.send();
      kafka.tokens.mood = 'issue';
      await stage.getsOver(program, tries);
    },
    LONG_MS,
  );

  it(
    'is renewed before it ends, and nobody notices',
    async () => {
      const [since, before] = [program.output().length, kafka.tokens.issued.length];
      await eventually(() => expect(kafka.tokens.issued.length).toBeGreaterThan(before + 1), {
        timeoutMs: LONG_MS,
      });
      await stage.send();
      await stage.post(program);
      await stage.allThere();
      const said = program.output().slice(since).split('\n');
      expect(said.filter((line) => TROUBLE.test(line))).toEqual([]);
      expect(said.filter((line) => line.includes('joined the consumer group'))).toEqual([]);
      keepsSecrets(program, kafka);
    },
    LONG_MS,
  );

  it(
    'that cannot be renewed is told of, and had again later',
    async () => {
      const [since, tries] = [program.output().length, watched()];
      kafka.tokens.mood = 'hang';
      await stage.send();
      await tells(program, TOO_LATE, since);
      await stage.post(program);
      kafka.tokens.mood = 'refuse';
      await tells(program, REFUSED, since);
      await stage.send();
      kafka.tokens.mood = 'issue';
      await stage.getsOver(program, tries);
    },
    LONG_MS,
  );
});
