import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { kafkaUnavailableReason } from '../../scripts/kafka-broker.js';
import type { SecureKafka, ShownCertificate } from '../support/secure-kafka.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { SecuredStage, tells, watchTries, type WatchedTries } from './secured.harness.js';

const unavailable = await kafkaUnavailableReason();

const WRONG_PASSWORD =
  /does not take the account waybill: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE/;
/** What is wrong with the certificate of each listener, and the setting to look at. */
const WRONG_CERTIFICATES: [shown: ShownCertificate, line: RegExp][] = [
  ['UNKNOWN_CA', /is of no CA that is trusted .*set KAFKA_SSL_CA/],
  ['WRONG_NAME', /is for DNS:kafka\.example: put such a name into KAFKA_BROKERS/],
  ['EXPIRED', /or that of its CA in KAFKA_SSL_CA, has expired/],
];

describe.skipIf(unavailable)('a connection to Kafka that cannot be made as it is set', () => {
  let kafka: SecureKafka;
  let stage: SecuredStage;
  let program: WaybillProcess;
  let passwordFile: string;

  beforeAll(async () => {
    stage = await SecuredStage.open();
    ({ kafka } = stage);
    const { KAFKA_SASL_PASSWORD: _, ...settings } = kafka.passwords('SCRAM-SHA-512');
    passwordFile = join(kafka.ca.directory, 'password');
    await writeFile(passwordFile, 'not-the-password');
    kafka.show('UNKNOWN_CA');
    program = await stage.start({ ...settings, KAFKA_SASL_PASSWORD_FILE: passwordFile });
  });
  afterAll(() => stage.close());

  const watched = (): WatchedTries => watchTries(program, () => kafka.wire.accepted);

  async function takesOrders(): Promise<void> {
    await stage.send();
    await stage.post(program);
  }

  it('keeps the program waiting at its start, whatever is wrong first', async () => {
    const tries = watched();
    for (const [certificate, line] of WRONG_CERTIFICATES) {
      kafka.show(certificate);
      await tells(program, line);
      await takesOrders();
    }
    kafka.show('PASSWORDS');
    await tells(program, WRONG_PASSWORD);
    await takesOrders();
    await writeFile(passwordFile, kafka.password);
    await stage.getsOver(program, tries);
  });

  it.each(WRONG_CERTIFICATES)('is told of while it runs, and heals: %s', async (certificate, line) => {
    const [since, tries] = [program.output().length, watched()];
    kafka.show(certificate);
    await takesOrders();
    await tells(program, line, since);
    await takesOrders();
    kafka.show('PASSWORDS');
    await stage.getsOver(program, tries);
  });

  it('is made with the password that stands in the file by then', async () => {
    const [since, tries] = [program.output().length, watched()];
    const password = crypto.randomUUID();
    await kafka.changePassword('SCRAM-SHA-512', password);
    kafka.wire.cutAll();
    await takesOrders();
    await tells(program, WRONG_PASSWORD, since);
    await takesOrders();
    await writeFile(passwordFile, password);
    await stage.getsOver(program, tries);
  });
});
