import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaUnavailableReason } from '../../scripts/kafka-broker.js';
import type { SecureKafka } from '../support/secure-kafka.js';
import { isReady, keepsSecrets, SecuredStage } from './secured.harness.js';

const unavailable = await kafkaUnavailableReason();

describe.skipIf(unavailable)('a Kafka that wants to know who comes', () => {
  let kafka: SecureKafka;
  let stage: SecuredStage;

  beforeAll(async () => {
    stage = await SecuredStage.open();
    ({ kafka } = stage);
  });
  afterAll(() => stage.close());

  async function takesOrders(settings: Record<string, string>): Promise<void> {
    const program = await stage.start(settings);
    await stage.send();
    await stage.allThere();
    await isReady(program);
    keepsSecrets(program, kafka);
    expect(await program.stop()).toBe(0);
  }

  /** The file is among the test's own, and goes with them. */
  async function fileWith(name: string, text: string): Promise<string> {
    const path = join(kafka.ca.directory, name);
    await writeFile(path, text);
    return path;
  }

  it('is content with a certificate', () => takesOrders(kafka.mutual()));

  it('is content with a certificate over IPv6', () => takesOrders(kafka.mutual({ ipv6: true })));

  it('is content with an account, by PLAIN', () => takesOrders(kafka.passwords('PLAIN')));

  it('is content with an account, by SCRAM-SHA-256', () => takesOrders(kafka.passwords('SCRAM-SHA-256')));

  it('is content with an account whose password stands in a file, by SCRAM-SHA-512', async () => {
    const { KAFKA_SASL_PASSWORD, ...settings } = kafka.passwords('SCRAM-SHA-512');
    const file = await fileWith('password', `${KAFKA_SASL_PASSWORD}\n`);
    await takesOrders({ ...settings, KAFKA_SASL_PASSWORD_FILE: file });
  });

  it('is content with a token from an endpoint', async () => {
    const { KAFKA_SASL_OAUTH_CLIENT_SECRET, ...settings } = kafka.oauthByEndpoint();
    const file = await fileWith('client-secret', KAFKA_SASL_OAUTH_CLIENT_SECRET!);
    const KAFKA_SASL_OAUTH_SCOPE = 'orders:write';
    await takesOrders({ ...settings, KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE: file, KAFKA_SASL_OAUTH_SCOPE });
    expect(kafka.tokens.scopes).toEqual(['orders:write']);
  });

  it('is content with a token that a command prints', async () => {
    const file = await fileWith('token', `${kafka.tokens.token()}\n`);
    await takesOrders({ ...kafka.oauth(), KAFKA_SASL_OAUTH_COMMAND: `cat '${file}'` });
  });
});
