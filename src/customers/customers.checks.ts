import { SchemaAbsentError } from '../platform/avro/avro.errors.js';
import { SchemaRegistry } from '../platform/avro/schema-registry.js';
import { type Check, type Findings, reasonOf } from '../platform/checks/check.js';
import type { Environment } from '../platform/config/environment.js';
import { writtenName } from '../platform/config/setting-sources.js';
import { explainNetworkFault } from '../platform/connections/network-faults.js';
import type { CustomersSettings } from './customers.settings.js';
import { CUSTOMER_SCHEMA } from './model/customer.js';
import { subjectOf } from './producer/customer-avro.js';

/** The schema registry, where there is one. */
export function customersChecks(
  { KAFKA_BROKERS }: Pick<Environment, 'KAFKA_BROKERS'>,
  settings: CustomersSettings,
): Check[] {
  const { CUSTOMERS_SCHEMA_REGISTRY_URL: url } = settings;
  if (KAFKA_BROKERS === undefined || url === undefined) return [];
  return [{ subject: 'schema-registry', run: (findings) => lookAtRegistry(url, settings, findings) }];
}

/** Asks for the schema of ours, and registers nothing. */
async function lookAtRegistry(url: string, settings: CustomersSettings, findings: Findings): Promise<void> {
  const subject = subjectOf(settings.CUSTOMERS_TOPIC);
  const { protocol, host } = new URL(url);
  const place = `${protocol}//${host}`;
  const setting = writtenName(settings, 'CUSTOMERS_SCHEMA_REGISTRY_URL');
  const registry = new SchemaRegistry({ url, timeoutMs: settings.CUSTOMERS_REGISTRY_TIMEOUT_MS });
  try {
    const id = await registry.idOf(subject, CUSTOMER_SCHEMA, false);
    findings.ok(`${place}: the subject ${subject} has our schema, by the id ${id}`);
  } catch (error) {
    if (!(error instanceof SchemaAbsentError)) {
      return findings.fail(explained(error, place, setting));
    }
    const isNeeded = settings.CUSTOMERS_WRITES === 'on' && settings.CUSTOMERS_REGISTER_SCHEMA === 'off';
    if (!isNeeded)
      return findings.ok(`${place}: it answers; the subject ${subject} is without a schema of ours`);
    findings.fail(
      `${place}: the subject ${subject} is without our schema, so no customer can be written: register it, or set ${writtenName(settings, 'CUSTOMERS_REGISTER_SCHEMA')} to on`,
    );
  }
}

function explained(error: unknown, place: string, setting: string): string {
  // The client has what the network says as the cause of what `fetch` throws.
  const { cause } = error as { cause?: { cause?: unknown } };
  const fault = explainNetworkFault(cause?.cause, {
    name: `the schema registry at ${place}`,
    address: setting,
    encryption: setting,
    ca: 'NODE_EXTRA_CA_CERTS',
    certificate: setting,
  });
  return fault?.message ?? `${place}: ${reasonOf(error)}: check ${setting}`;
}
