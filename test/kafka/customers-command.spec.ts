import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../scripts/free-ports.js';
import { json } from '../../src/platform/avro/registry.fixture.js';
import { ask } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { useTier } from '../support/tiers.js';
import { runWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { CustomersStage, SCHEMA_ID } from './customers.harness.js';

const kafka = useTier('kafka');

/** sysexits.h */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;
const EX_CONFIG = 78;

describe.skipIf(kafka.skipped)('the commands of customers', () => {
  let stage: CustomersStage;
  let program: WaybillProcess;
  /** What the registry was asked to do, other than to tell of a schema. */
  const asked: string[] = [];
  let isRegistered = true;

  beforeAll(async () => {
    stage = await CustomersStage.open(kafka.brokers, { partitions: 4 });
    const { answer } = stage.registry;
    stage.registry.answer = (request, response) => {
      if (request.method !== 'POST') return answer(request, response);
      asked.push(request.url!);
      const isKnown = isRegistered || request.url!.endsWith('/versions');
      if (isKnown) json(200, { id: SCHEMA_ID })(request, response);
      else json(404, { error_code: 40403, message: 'Schema not found' })(request, response);
    };
    program = await stage.start();
  });
  afterAll(async () => {
    await program?.stop();
    await stage?.close();
  });

  /** Beside the program: without a database, and for another context. */
  const run = (line: string, env: Record<string, string> = {}) =>
    runWaybill({
      command: ['customers', ...line.split(' ')],
      env: {
        KAFKA_BROKERS: kafka.brokers,
        CUSTOMERS_TOPIC: stage.pipeline.topic,
        CUSTOMERS_SCHEMA_REGISTRY_URL: stage.registry.url(),
        DB_HOST: 'nowhere.invalid',
        ...env,
      },
    });
  const ids = async (): Promise<string[]> =>
    JSON.parse((await ask(`${program.url}/api/users?limit=10000`)).text) as string[];

  it('produce sends customers, deletes some of them, and says how many and how fast', async () => {
    isRegistered = true;
    const { code, stdout, stderr } = await run('produce --count 500 --delete-share 0.2 --seed 7');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^seed 7\n/) as string });
    const [, deletes] =
      /^500 records, (\d+) of them deletes, in [\d.]+ s: [\d,]+ records\/s\n$/.exec(stdout) ?? [];
    expect(Number(deletes)).toBeGreaterThan(50);
    await eventually(async () => expect(await ids()).toHaveLength(500 - 2 * Number(deletes)), {
      timeoutMs: 40_000,
    });
    expect(asked).toEqual([`/subjects/${stage.pipeline.topic}-value`]);
    expect((await ask(`${program.url}/api/dead-letters`)).text).toBe('[]');
  });

  it('produce registers the schema only where it is told to', async () => {
    isRegistered = false;
    asked.length = 0;
    const refused = await run('produce --count 1');
    expect(refused).toMatchObject({ code: EX_UNAVAILABLE, stdout: '' });
    expect(refused.stderr).toMatch(/^UnregisteredSchemaError: .*set CUSTOMERS_REGISTER_SCHEMA=on\n$/);
    expect(asked.filter((url) => url.endsWith('/versions'))).toEqual([]);
    expect((await run('produce --count 1', { CUSTOMERS_REGISTER_SCHEMA: 'on' })).code).toBe(0);
    expect(asked.at(-1)).toBe(`/subjects/${stage.pipeline.topic}-value/versions`);
  });

  it('produce says what it lacks', async () => {
    const withoutKafka = await run('produce --count 1', { KAFKA_BROKERS: '' });
    expect(withoutKafka).toMatchObject({ code: EX_CONFIG, stdout: '' });
    expect(withoutKafka.stderr).toMatch(/^KAFKA_BROKERS is not set, .* POST \/api\/users\n$/);
    const withoutRegistry = await run('produce --count 1', { CUSTOMERS_SCHEMA_REGISTRY_URL: '' });
    expect(withoutRegistry.code).toBe(EX_CONFIG);
    expect(withoutRegistry.stderr).toMatch(/^CUSTOMERS_SCHEMA_REGISTRY_URL is not set: .*\n$/);
  });

  it('each names what is wrong, and says how it is used', async () => {
    const { code, stdout, stderr } = await run('produce --cuont 1');
    expect({ code, stdout }).toEqual({ code: EX_USAGE, stdout: '' });
    expect(stderr).toMatch(
      /^Unknown option '--cuont': expected --count, .*\n\nusage: waybill customers produce /,
    );
    expect((await run('load-test --seconds soon')).stderr).toMatch(/^--seconds is soon: expected /);
    for (const name of ['produce', 'load-test']) {
      const help = await run(`${name} --help`);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`^usage: waybill customers ${name} `));
    }
    const all = await run('--help');
    expect(all.stdout).toMatch(/^ {2}customers produce {2,}.*\n {2}customers load-test {2,}/m);
    const none = await run('prodcue');
    expect(none.code).toBe(EX_USAGE);
    expect(none.stderr).toMatch(/^waybill: customers is followed by "prodcue": expected produce, load-test /);
  });

  it('load-test tells how fast a program answers, and how soon it shows what was produced', async () => {
    isRegistered = true;
    const before = await ids();
    const { code, stdout } = await run(`load-test --url ${program.url} --seconds 1 --connections 4`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`customers       ${before.length}, asked for in turn over 4 connections`);
    expect(lines[1]).toMatch(/^requests\/s {6}[\d,]+, for \d+\.\d s$/);
    expect(lines[2]).toMatch(/^latency {9}p50 [\d.]+ ms, p99 [\d.]+ ms, p99\.9 [\d.]+ ms, max [\d.]+ ms$/);
    expect(lines[3]).toMatch(/^answers {9}[\d,]+ of 200; 0 GETs without one$/);
    expect(lines[4]).toMatch(/^X-Data-Lag {6}0 to \d+ s$/);
    expect(lines[5]).toMatch(/^produce to GET {2}p50 .* of 300 records; 0 not seen$/);
    // Those that it has produced are deleted again.
    await eventually(async () => expect(await ids()).toEqual(before), { timeoutMs: 40_000 });
  });

  it('load-test asks alone where there is no Kafka, and says where nobody listens', async () => {
    const alone = await run(`load-test --url ${program.url} --seconds 1`, { KAFKA_BROKERS: '' });
    expect(alone.code).toBe(0);
    expect(alone.stdout).not.toContain('produce to GET');
    const [port] = await freePorts(0);
    const nobody = await run(`load-test --url http://127.0.0.1:${port}`);
    expect(nobody).toMatchObject({ code: EX_UNAVAILABLE, stdout: '' });
    expect(nobody.stderr).toContain('the program cannot be reached: connect ECONNREFUSED');
  });
});
