import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StandInRegistry } from '../platform/avro/registry.fixture.js';
import { type Finding, runCheck } from '../platform/checks/check.js';
import { customersChecks } from './customers.checks.js';
import { CustomersSettings } from './customers.settings.js';

const KAFKA = { KAFKA_BROKERS: ['127.0.0.1:1'] };
const SECRET = 'hunter2';

let registry: StandInRegistry;
let answer: { status: number; body: object };
beforeEach(async () => {
  answer = { status: 200, body: { id: 7 } };
  registry = await StandInRegistry.start((_, response) =>
    response.writeHead(answer.status).end(JSON.stringify(answer.body)),
  );
});
afterEach(() => registry.stop());

async function look(url: string, changed: Partial<CustomersSettings> = {}): Promise<Finding[]> {
  const settings = Object.assign(new CustomersSettings(), { CUSTOMERS_SCHEMA_REGISTRY_URL: url }, changed);
  const [check] = customersChecks(KAFKA, settings);
  const found = await runCheck(check!, 5_000);
  expect(JSON.stringify(found)).not.toContain(SECRET);
  return found;
}

describe('the check of the schema registry', () => {
  it('asks for the schema of ours, and registers nothing', async () => {
    const [finding] = await look(registry.url(`me:${SECRET}@`));
    expect(finding).toMatchObject({ verdict: 'ok', subject: 'schema-registry' });
    expect(finding!.text).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+: the subject users-value has our schema, by the id 7$/,
    );
    expect(registry.asked).toEqual(['POST /subjects/users-value']);
  });

  it('fails over a schema that is missing where customers are written alone', async () => {
    answer = { status: 404, body: { error_code: 40_401, message: 'no subject' } };
    expect((await look(registry.url()))[0]!.verdict).toBe('ok');
    const [finding] = await look(registry.url(), { CUSTOMERS_WRITES: 'on' });
    expect(finding!.verdict).toBe('fail');
    expect(finding!.text).toMatch(/register it, or set CUSTOMERS_REGISTER_SCHEMA to on$/);
  });

  it('says what is wrong, and with which setting', async () => {
    answer = { status: 401, body: {} };
    expect((await look(registry.url(`me:${SECRET}@`)))[0]).toMatchObject({
      verdict: 'fail',
      text: expect.stringMatching(
        /refuses the user or password \(401\): check CUSTOMERS_SCHEMA_REGISTRY_URL$/,
      ) as string,
    });
    const gone = await StandInRegistry.start(() => undefined);
    const url = gone.url(`me:${SECRET}@`);
    await gone.stop();
    expect((await look(url))[0]).toMatchObject({
      verdict: 'fail',
      text: `no route to the schema registry at ${url.replace(`me:${SECRET}@`, '')} (ECONNREFUSED): check CUSTOMERS_SCHEMA_REGISTRY_URL, and whether it runs there`,
    });
  });

  it('is not there without Kafka, or without a registry', () => {
    expect(customersChecks({}, new CustomersSettings())).toEqual([]);
    expect(customersChecks(KAFKA, new CustomersSettings())).toEqual([]);
  });
});
