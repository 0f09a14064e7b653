import type { Environment } from '../../../config/environment.js';
import { currentValue, writtenName } from '../../../config/setting-sources.js';

type KafkaSetting = Extract<keyof Environment, `KAFKA_${string}`>;

/** The setting's name as the operator has written it. */
export const nameOf = (environment: Environment, setting: KafkaSetting): string =>
  writtenName(environment, setting);

/** The account of a login with a password, or the one of the start where its file cannot be read. */
export function userOf(environment: Environment): string {
  try {
    return currentValue(environment, 'KAFKA_SASL_USERNAME') ?? '';
  } catch {
    return environment.KAFKA_SASL_USERNAME ?? '';
  }
}

/** Who we are to the brokers, for a line that says what they may not do. */
export function accountOf(environment: Environment): string {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SSL_CERT: cert } = environment;
  const name = (setting: KafkaSetting): string => nameOf(environment, setting);
  if (mechanism === 'OAUTHBEARER') return `the bearer of the token of ${tokenSetting(environment)}`;
  if (mechanism !== undefined) return `the account ${userOf(environment)} (${name('KAFKA_SASL_USERNAME')})`;
  if (cert !== undefined) return `the holder of the certificate of ${name('KAFKA_SSL_CERT')}`;
  return `a client without an account (${name('KAFKA_SASL_MECHANISM')} is not set)`;
}

/** What says where tokens are from. */
export const tokenSetting = (environment: Environment): string =>
  nameOf(
    environment,
    environment.KAFKA_SASL_OAUTH_COMMAND === undefined
      ? 'KAFKA_SASL_OAUTH_ENDPOINT'
      : 'KAFKA_SASL_OAUTH_COMMAND',
  );
