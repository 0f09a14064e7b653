import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../test/support/certificates.js';
import { faultsOfLoading } from '../../../test/support/setting-faults.js';
import { loadEnvironment } from './load-environment.js';
import { settingsWithoutEffect } from './settings-without-effect.js';
import type { Variables } from './setting-texts.js';

const KAFKA = { KAFKA_BROKERS: 'kafka:9092' };
const ACCOUNT = { KAFKA_SASL_USERNAME: 'waybill', KAFKA_SASL_PASSWORD: 'secret' };
const BEARER = { KAFKA_SASL_MECHANISM: 'OAUTHBEARER' };
const CLIENT = { KAFKA_SASL_OAUTH_CLIENT_ID: 'waybill', KAFKA_SASL_OAUTH_CLIENT_SECRET: 'secret' };
const ENDPOINT = { KAFKA_SASL_OAUTH_ENDPOINT: 'https://login/token', ...CLIENT };

describe('how Kafka is reached', () => {
  let directory: string;
  let authority: CertificateAuthority;
  let ours: KeyPair;
  let others: KeyPair;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'waybill-settings-'));
    authority = await CertificateAuthority.create();
    [ours, others] = [await authority.sign('ours'), await authority.sign('others')];
  });
  afterAll(() => {
    authority.remove();
    rmSync(directory, { recursive: true });
  });

  const faultsOf = (variables: Variables): readonly string[] =>
    faultsOfLoading(() => loadEnvironment({ ...KAFKA, ...variables }, directory));

  it.each<[variables: Variables, fault: string]>([
    [{ KAFKA_SSL_CA: 'ca.pem' }, 'KAFKA_SSL_CA is set while KAFKA_SSL is off: expected KAFKA_SSL to be on'],
    [{ KAFKA_SSL: 'on', KAFKA_SSL_CERT: 'c.pem' }, 'KAFKA_SSL_CERT is set without KAFKA_SSL_KEY'],
    [{ KAFKA_SSL: 'on', KAFKA_SSL_KEY: 'k.pem' }, 'KAFKA_SSL_KEY is set without KAFKA_SSL_CERT'],
    [
      { KAFKA_SSL: 'on', KAFKA_SSL_CA: 'gone.pem' },
      'KAFKA_SSL_CA names gone.pem, which cannot be read (ENOENT)',
    ],
    [
      { KAFKA_SSL: 'on', KAFKA_SSL_CERT: 'c.pem', KAFKA_SSL_KEY: '-----BEGIN PRIVATE KEY-----\nMC4' },
      'KAFKA_SSL_KEY holds a value (hidden): expected the path of a file',
    ],
    [
      { KAFKA_SSL: 'on', KAFKA_SSL_CERT: 'c.pem', KAFKA_SSL_KEY: 'LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t' },
      'KAFKA_SSL_KEY holds a value (hidden): expected the path of a file',
    ],
    [
      { KAFKA_BROKERS: 'kafka://waybill:hunter2@kafka:9092' },
      'KAFKA_BROKERS holds a value (hidden): expected',
    ],
    [ACCOUNT, 'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are set without KAFKA_SASL_MECHANISM'],
    [{ KAFKA_SASL_MECHANISM: 'PLAIN' }, 'expected KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD with it'],
    [
      { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'waybill' },
      'KAFKA_SASL_MECHANISM is SCRAM-SHA-512: expected KAFKA_SASL_PASSWORD with it',
    ],
    [
      { KAFKA_SASL_MECHANISM: 'PLAIN', ...ACCOUNT, ...CLIENT },
      'KAFKA_SASL_OAUTH_CLIENT_ID and KAFKA_SASL_OAUTH_CLIENT_SECRET are set with PLAIN',
    ],
    [BEARER, 'expected KAFKA_SASL_OAUTH_ENDPOINT or KAFKA_SASL_OAUTH_COMMAND with it'],
    [
      { ...BEARER, ...ENDPOINT, ...ACCOUNT },
      'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are set with OAUTHBEARER',
    ],
    [
      { ...BEARER, ...ENDPOINT, KAFKA_SASL_OAUTH_COMMAND: 'true' },
      'KAFKA_SASL_OAUTH_ENDPOINT and KAFKA_SASL_OAUTH_COMMAND are both set: expected one of them',
    ],
    [
      { ...BEARER, KAFKA_SASL_OAUTH_COMMAND: 'true', ...CLIENT },
      'KAFKA_SASL_OAUTH_CLIENT_ID and KAFKA_SASL_OAUTH_CLIENT_SECRET are set with KAFKA_SASL_OAUTH_COMMAND',
    ],
    [
      { ...BEARER, KAFKA_SASL_OAUTH_ENDPOINT: 'https://login/token' },
      'expected KAFKA_SASL_OAUTH_CLIENT_ID and KAFKA_SASL_OAUTH_CLIENT_SECRET with it',
    ],
    [
      { ...BEARER, ...ENDPOINT, KAFKA_SASL_OAUTH_ENDPOINT: 'https://me:secret@login/token' },
      'KAFKA_SASL_OAUTH_ENDPOINT has a user or a password in it',
    ],
    [
      { ...BEARER, ...ENDPOINT, KAFKA_SASL_OAUTH_ENDPOINT: 'http://login', KAFKA_SASL_OAUTH_CA: 'ca.pem' },
      'KAFKA_SASL_OAUTH_CA is set, and KAFKA_SASL_OAUTH_ENDPOINT is http: expected https',
    ],
  ])('has one fault with %j', (variables, fault) => {
    const faults = faultsOf(variables);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).not.toContain('secret');
  });

  it('names a setting as it was written', () => {
    writeFileSync(join(directory, 'password'), 'secret');
    expect(faultsOf({ KAFKA_SASL_PASSWORD_FILE: join(directory, 'password') })[0]).toContain(
      'KAFKA_SASL_PASSWORD_FILE is set without KAFKA_SASL_MECHANISM',
    );
  });

  it('wants the key of the certificate', () => {
    const files = { KAFKA_SSL: 'on', KAFKA_SSL_CA: authority.cert, KAFKA_SSL_CERT: ours.cert };
    expect(faultsOf({ ...files, KAFKA_SSL_KEY: ours.key })).toEqual([]);
    expect(faultsOf({ ...files, KAFKA_SSL_KEY: others.key })[0]).toContain(
      'is not the key of the certificate',
    );
  });

  it.each<Variables>([
    {},
    { KAFKA_SSL: 'on' },
    { KAFKA_SASL_MECHANISM: 'PLAIN', ...ACCOUNT },
    { KAFKA_SSL: 'on', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256', ...ACCOUNT },
    { ...BEARER, ...ENDPOINT },
    { ...BEARER, KAFKA_SASL_OAUTH_COMMAND: 'print-token' },
  ])('has no fault with %j', (variables) => expect(faultsOf(variables)).toEqual([]));

  it('is of no interest without brokers, which is said', () => {
    const variables = { KAFKA_SSL: 'on', KAFKA_SASL_USERNAME: 'waybill' };
    expect(() => loadEnvironment(variables, directory)).not.toThrow();
    expect(settingsWithoutEffect(variables, directory)).toEqual([
      'KAFKA_SSL and KAFKA_SASL_USERNAME set without KAFKA_BROKERS: no Kafka is used',
    ]);
  });
});
