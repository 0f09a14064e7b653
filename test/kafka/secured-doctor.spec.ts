import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaUnavailableReason } from '../../scripts/kafka-broker.js';
import { findCommand } from '../support/debian-packages.js';
import { CertificateAuthority, type KeyPair } from '../support/certificates.js';
import { Operation, Resource, SecureKafka } from '../support/secure-kafka.js';
import { SecureRedis } from '../support/secure-redis.js';
import { SecuredPostgres } from '../support/secured-postgres.js';
import { runWaybill, temporaryDataDir } from '../support/waybill-process.js';
import { removeDataDir } from '../support/left-behind.js';

/** sysexits.h */
const EX_UNAVAILABLE = 69;
const EX_CONFIG = 78;

const PASSWORD = 'xXhunter2Xx';
const PG_LINES = ['hostssl shop shop 127.0.0.1/32 scram-sha-256'];
const CONTEXTS = { CONTEXTS: 'orders,payments' };

const command = await findCommand('redis-server');
const unavailable =
  (await kafkaUnavailableReason()) ?? (command === undefined ? 'no redis-server' : undefined);

describe.skipIf(unavailable)('waybill doctor', () => {
  let kafka: SecureKafka;
  let postgres: SecuredPostgres;
  let redis: SecureRedis;
  let certificates: Record<'good' | 'misnamed' | 'expired' | 'client', KeyPair>;
  let foreign: CertificateAuthority;
  let dataDir: string;
  /** Those of a program that reaches everything. */
  let settings: Record<string, string>;

  beforeAll(async () => {
    [kafka, postgres, dataDir] = await Promise.all([
      SecureKafka.start(),
      SecuredPostgres.start(PASSWORD),
      temporaryDataDir(),
    ]);
    const { ca } = kafka;
    foreign = await CertificateAuthority.create('Nobody knows it');
    certificates = {
      good: await ca.sign('good'),
      misnamed: await ca.sign('misnamed', { names: ['DNS:elsewhere.example'] }),
      expired: await ca.sign('outdated', { days: -1 }),
      client: await ca.sign('redis-client'),
    };
    redis = await SecureRedis.start(command!, ca);
    await redis.setUser('cache', 'reset', 'on', `>${PASSWORD}`, '~*', '+@all');
    await postgres.secure(certificates.good, PG_LINES);
    settings = {
      ...{ ...CONTEXTS, ...kafka.passwords('SCRAM-SHA-512') },
      ...{ DB_HOST: '127.0.0.1', DB_PORT: String(postgres.port), DB_USER: 'shop', DB_NAME: 'shop' },
      ...{ DB_PASSWORD: PASSWORD, DB_SSL_MODE: 'verify-full', DB_SSL_ROOTCERT: ca.cert },
      ...{ REDIS_URL: redis.url(`cache:${PASSWORD}@`), REDIS_SSL_CA: ca.cert },
      ...{ REDIS_SSL_CERT: certificates.client.cert, REDIS_SSL_KEY: certificates.client.key },
    };
  });
  afterAll(async () => {
    foreign.remove();
    await Promise.all([kafka.end(), postgres.stop(), redis.stop(), removeDataDir(dataDir)]);
  });

  /** @returns what it prints, by the lines that begin with a verdict */
  async function examine(changed: Record<string, string> = {}, words: string[] = []) {
    const env = { ...settings, ...changed };
    const { code, stdout, stderr } = await runWaybill({ dataDir, env, command: ['doctor', ...words] });
    for (const secret of [PASSWORD, kafka.password, kafka.tokens.client.secret]) {
      expect(stdout + stderr).not.toContain(secret);
    }
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    return { code, stdout, failed: lines.filter((line) => line.startsWith('fail ')), lines };
  }

  /** Works on the database as the program does. */
  async function asOwner(statement: string): Promise<void> {
    const client = new Client({
      ...{ host: '127.0.0.1', port: postgres.port, user: 'shop', password: PASSWORD, database: 'shop' },
      ssl: { ca: await readFile(kafka.ca.cert) },
    });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }

  /** What each service has that a doctor might leave behind. */
  async function traces(): Promise<unknown> {
    const { groups } = await kafka.admin.listGroups();
    return {
      topics: (await kafka.admin.listTopics()).sort(),
      groups: groups.map(({ groupId }) => groupId).sort(),
      tables: await postgres.rows('SELECT oid::regclass::text FROM pg_class ORDER BY oid'),
      schemas: await postgres.rows('SELECT nspname FROM pg_namespace ORDER BY oid'),
    };
  }

  it('finds everything well, makes nothing of it, and shows no secret', async () => {
    const before = await traces();
    const { code, lines, stdout } = await examine();
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ok +postgresql +shop on 127\.0\.0\.1:\d+, as shop: PostgreSQL \d+.*, TLSv1\.3, logged in as shop$/m,
    );
    expect(stdout).toMatch(
      /^ok +postgresql +nothing of Waybill is there yet: the first start applies \d+ migrations$/m,
    );
    expect(stdout).toMatch(
      /^ok +kafka +127\.0\.0\.1:\d+: TLSv1\.3, as the account waybill \(KAFKA_SASL_USERNAME\)$/m,
    );
    expect(stdout).toMatch(
      /^ok +kafka +topic orders \(KAFKA_TOPIC\): not there yet; the program may create it$/m,
    );
    expect(stdout).toMatch(/^ok +kafka +group orders_group/m);
    expect(stdout).toMatch(/^ok +redis +127\.0\.0\.1:\d+: TLSv1\.3, as user cache$/m);
    expect(stdout).toMatch(/^ok +redis +keys waybill:order:\*/m);
    expect(await traces()).toEqual(before);
  });

  it('says no route, for each service by itself', async () => {
    const { code, failed } = await examine({
      ...{ KAFKA_BROKERS: '127.0.0.1:1', DB_PORT: '1', REDIS_URL: `rediss://cache:${PASSWORD}@127.0.0.1:1` },
    });
    expect(code).toBe(EX_UNAVAILABLE);
    expect(failed).toEqual([
      expect.stringMatching(
        /postgresql +no route to PostgreSQL at 127\.0\.0\.1:1 \(ECONNREFUSED\): check DB_HOST/,
      ),
      expect.stringMatching(
        /kafka +no route to Kafka at 127\.0\.0\.1:1 \(ECONNREFUSED\): check KAFKA_BROKERS/,
      ),
      expect.stringMatching(/redis +no route to Redis at 127\.0\.0\.1:1 \(ECONNREFUSED\): check REDIS_URL/),
    ]);
  });

  it('says that a certificate is of another CA, and which setting names the CA', async () => {
    const other = foreign.cert;
    const { code, failed } = await examine({
      ...{ KAFKA_SSL_CA: other, DB_SSL_ROOTCERT: other, REDIS_SSL_CA: other },
    });
    expect(code).toBe(EX_UNAVAILABLE);
    expect(failed).toEqual([
      expect.stringMatching(/postgresql .*is of no CA that is trusted.*set DB_SSL_ROOTCERT/),
      expect.stringMatching(/kafka .*is of no CA that is trusted.*set KAFKA_SSL_CA/),
      expect.stringMatching(/redis .*is of no CA that is trusted.*set REDIS_SSL_CA/),
    ]);
  });

  describe.each([
    [
      'for another name',
      'misnamed',
      'WRONG_NAME',
      /is for DNS:(elsewhere|kafka)\.example: put such a name into (DB_HOST|KAFKA_BROKERS|REDIS_URL)/,
    ],
    ['expired', 'expired', 'EXPIRED', /has expired \(CERT_HAS_EXPIRED\): have it renewed/],
  ] as const)('a certificate that is %s', (_, name, listener, words) => {
    it('is told of for each service', async () => {
      kafka.show(listener);
      await Promise.all([postgres.secure(certificates[name], PG_LINES), redis.show(certificates[name])]);
      try {
        const { code, failed } = await examine();
        expect(code).toBe(EX_UNAVAILABLE);
        expect(failed.map((line) => line.split(/ +/)[1])).toEqual(['postgresql', 'kafka', 'redis']);
        for (const line of failed) expect(line).toMatch(words);
      } finally {
        kafka.show('PASSWORDS');
        await Promise.all([postgres.secure(certificates.good, PG_LINES), redis.show(certificates.good)]);
      }
    });
  });

  it('says that a password is wrong, and which setting has it', async () => {
    const wrong = join(dataDir, 'password');
    await writeFile(wrong, 'not-the-password');
    const { code, failed } = await examine({
      ...{ DB_PASSWORD: '', DB_PASSWORD_FILE: wrong },
      ...{ KAFKA_SASL_PASSWORD: '', KAFKA_SASL_PASSWORD_FILE: wrong },
      ...{ REDIS_URL: redis.url(), REDIS_USERNAME: 'cache', REDIS_PASSWORD_FILE: wrong },
    });
    expect(code).toBe(EX_UNAVAILABLE);
    expect(failed).toEqual([
      expect.stringMatching(
        /postgresql .*does not take the password of user "shop" \(28P01\): check DB_PASSWORD_FILE/,
      ),
      expect.stringMatching(
        /kafka .*does not take the account waybill: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE/,
      ),
      expect.stringMatching(
        /redis .*refuses the user or the password \(WRONGPASS\): check REDIS_USERNAME and REDIS_PASSWORD_FILE/,
      ),
    ]);
  });

  it('says which rights are missing: to make schemas, topics and keys', async () => {
    const { CREATE, READ } = Operation;
    const ofCluster = await kafka.deny(CREATE, Resource.CLUSTER, 'kafka-cluster');
    const ofTopics = await kafka.deny(CREATE, Resource.TOPIC, '*');
    const ofGroup = await kafka.deny(READ, Resource.GROUP, 'orders_group.payments');
    await postgres.run('ALTER DATABASE shop OWNER TO waybill');
    await redis.setUser('cache', 'resetkeys', '~waybill:other:*');
    try {
      const { code, failed } = await examine();
      expect(code).toBe(EX_UNAVAILABLE);
      expect(failed).toEqual([
        expect.stringMatching(
          /postgresql .*does not let user "shop" make tables in the schema public: GRANT CREATE ON SCHEMA "public" TO "shop"/,
        ),
        expect.stringMatching(
          /postgresql .*does not let user "shop" make the schema payments: GRANT CREATE ON DATABASE "shop"/,
        ),
        expect.stringMatching(
          /kafka .*has no right to create the topics .*give it CREATE on them or on the cluster/,
        ),
        expect.stringMatching(
          /kafka .*has no right to the consumer group orders_group\.payments .*give it READ/,
        ),
        expect.stringMatching(
          /redis .*does not allow the user of .* what is needed .*allow it in its ACL.*keys waybill:order:/,
        ),
      ]);
    } finally {
      await Promise.all([ofCluster(), ofTopics(), ofGroup(), redis.setUser('cache', '~*')]);
      await postgres.run('ALTER DATABASE shop OWNER TO shop');
    }
  });

  it('says which rights to topics and tables that are there are missing', async () => {
    const { READ, WRITE, DESCRIBE } = Operation;
    await kafka.admin.createTopics({
      topics: ['orders', 'order-status', 'payments'].map((topic) => ({ topic, numPartitions: 2 })),
    });
    const denied = [
      await kafka.deny(READ, Resource.TOPIC, 'orders'),
      await kafka.deny(WRITE, Resource.TOPIC, 'order-status'),
      await kafka.deny(DESCRIBE, Resource.TOPIC, 'payments'),
    ];
    expect((await runWaybill({ dataDir, env: settings, command: ['migrate'] })).code).toBe(0);
    await asOwner('REVOKE SELECT, UPDATE ON orders FROM shop');
    const before = await traces();
    const { failed, stdout } = await examine();
    expect(failed).toEqual([
      expect.stringMatching(/postgresql .*does not give user "shop" SELECT, UPDATE on public\.orders: GRANT/),
      expect.stringMatching(
        /kafka .*has no right to READ the topic orders \(KAFKA_TOPIC\): give it READ on that/,
      ),
      expect.stringMatching(
        /kafka .*has no right to WRITE the topic order-status \(KAFKA_STATUS_TOPIC\): give it WRITE on that/,
      ),
      expect.stringMatching(
        /kafka .*has no right to DESCRIBE the topic payments \(PAYMENTS_TOPIC\), .*give it READ/,
      ),
    ]);
    expect(stdout).toMatch(/^ok +postgresql +the schema is up to date: \d+ migrations are applied$/m);
    expect(await traces()).toEqual(before);
    await Promise.all(denied.map((allowAgain) => allowAgain()));
    await asOwner('GRANT SELECT, UPDATE ON orders TO shop');
  });

  it('tries the token by itself, and says so in JSON, too', async () => {
    const oauth = { ...settings, ...kafka.oauthByEndpoint() };
    delete oauth['KAFKA_SASL_USERNAME'];
    const env = { ...oauth, KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '' };
    const { code, stdout } = await examine(env, ['--json']);
    const { findings } = JSON.parse(stdout) as { findings: { subject: string; text: string }[] };
    expect(findings).toContainEqual({
      ...{ verdict: 'ok', subject: 'kafka-token' },
      text: 'a token comes by KAFKA_SASL_OAUTH_ENDPOINT; it holds for 3600 s',
    });
    expect(findings.filter(({ subject }) => subject === 'kafka').length).toBeGreaterThan(3);
    expect(code).toBe(0);
    kafka.tokens.mood = 'refuse';
    const refused = await examine(env);
    expect(refused.failed[0]).toMatch(
      /kafka-token .*does not take the client .*check KAFKA_SASL_OAUTH_CLIENT_ID/,
    );
    kafka.tokens.mood = 'issue';
  });

  it('tells a port that is taken, the certificate of the server, and the place that a broker advertises', async () => {
    const { port } = kafka.wire;
    const { cert, key } = certificates.good;
    const { stdout, failed } = await examine({
      ...{ SERVER_PORT: String(port), SERVER_TLS_CERT: cert, SERVER_TLS_KEY: key },
      KAFKA_BROKERS: `localhost:${port}`,
    });
    expect(stdout).toMatch(/^ok +kafka +127\.0\.0\.1:\d+ \(what broker 1 advertises\): TLSv1\.3/m);
    expect(failed).toEqual([
      expect.stringMatching(
        /http +127\.0\.0\.1:\d+ is taken by another program: end that, or change SERVER_PORT/,
      ),
    ]);
    expect(stdout).toMatch(/^ok +http +the certificate of SERVER_TLS_CERT is for DNS:localhost/m);
  });

  it('ends with 78 and the faults of settings, as a start does', async () => {
    const missing = join(dataDir, 'no-such-file');
    await rm(missing, { force: true });
    const env = { ...settings, KAFKA_SSL_CA: missing };
    const { code, stdout, stderr } = await runWaybill({ dataDir, env, command: ['doctor'] });
    expect({ code, stdout }).toEqual({ code: EX_CONFIG, stdout: '' });
    expect(stderr).toMatch(/^KAFKA_SSL_CA names .*no-such-file, which cannot be read \(ENOENT\)/);
  });
});
