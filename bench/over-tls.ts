import { withDatabaseTls } from './postgres-tls.js';
import type { Services } from './services.js';

type Settings = Readonly<Record<string, string>>;

/** What the program has to be told, in place of how it reaches the same services in the clear. */
export interface TlsSettings {
  readonly postgres: Settings;
  readonly redis: { readonly REDIS_URL: string; readonly REDIS_SSL_CA: string };
  /** Empty where the run has no Kafka. */
  readonly kafka: Settings;
}

/**
 * Does `work` while the services can be reached by TLS, with one certificate for all, whose name is checked.
 *
 * @param options whether the work wants Kafka
 * @returns undefined where one of the services is not this run's own, or no certificate can be made
 */
export async function overTls<T>(
  services: Services,
  { withKafka }: { readonly withKafka: boolean },
  work: (settings: TlsSettings) => Promise<T>,
): Promise<T | undefined> {
  const certificate = await services.certificate();
  const { connection, dataDirectory } = await services.postgres();
  const kafka = withKafka ? (await services.kafka()).secured : {};
  const isOurs = dataDirectory !== undefined && (await services.redis()).pid !== undefined;
  if (certificate === undefined || !isOurs || kafka === undefined) return undefined;
  const { url } = await services.securedRedis(certificate);
  return withDatabaseTls({ connection, dataDirectory }, certificate, () =>
    work({
      postgres: { DB_SSL_MODE: 'verify-full', DB_SSL_ROOTCERT: certificate.cert },
      redis: { REDIS_URL: url, REDIS_SSL_CA: certificate.cert },
      kafka,
    }),
  );
}
