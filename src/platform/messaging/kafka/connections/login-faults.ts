import type { Environment } from '../../../config/environment.js';
import { PemFileError } from '../../../config/pem-files.js';
import { SecretFileError } from '../../../config/setting-sources.js';
import { ConnectionFaultError } from '../../../connections/connection-fault.js';
import { TokenError } from '../tokens/bearer-token.js';
import { nameOf, tokenSetting, userOf } from './account.js';
import type { EarlyEnd } from './broker-socket.js';

/** @param broker `Kafka at host:port` @returns undefined for what is not about the login, such as a connection that breaks */
export function explainLoginFault(
  error: unknown,
  broker: string,
  environment: Environment,
): ConnectionFaultError | undefined {
  if (error instanceof ConnectionFaultError) return error;
  if (error instanceof TokenError) return new ConnectionFaultError('no token', error.message, error);
  if (error instanceof SecretFileError || error instanceof PemFileError) {
    return new ConnectionFaultError('unusable file', error.message, error);
  }
  const { name, type, message = '' } = (error ?? {}) as { name?: string; type?: string; message?: string };
  const mechanism = environment.KAFKA_SASL_MECHANISM;
  const written = nameOf(environment, 'KAFKA_SASL_MECHANISM');
  if (type === 'ILLEGAL_SASL_STATE') {
    return new ConnectionFaultError(
      'wrong account',
      `${broker} takes no login on that port: unset ${written}, or put a port with SASL into ${nameOf(environment, 'KAFKA_BROKERS')}`,
      error,
    );
  }
  if (type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported by the server/.test(message)) {
    return new ConnectionFaultError(
      'no common protocol',
      `${broker} does not know ${mechanism}: set ${written} to a mechanism that it has enabled`,
      error,
    );
  }
  if (type !== 'SASL_AUTHENTICATION_FAILED' && name !== 'KafkaJSSASLAuthenticationError') return undefined;
  return new ConnectionFaultError('wrong account', refusal(broker, environment), error);
}

/**
 * A broker takes no login on a connection within a second of the one before (Kafka's `KafkaChannel`), which a client comes to whose
 * session lasts no longer than that.
 *
 * @returns undefined for what else is wrong with a login on a connection that has had one
 */
export function explainRenewalFault(
  error: unknown,
  broker: string,
  environment: Environment,
): ConnectionFaultError | undefined {
  if ((error as { type?: string } | undefined)?.type !== 'ILLEGAL_SASL_STATE') return undefined;
  const what =
    environment.KAFKA_SASL_MECHANISM === 'OAUTHBEARER'
      ? `how long a token of ${tokenSetting(environment)} still holds, and `
      : '';
  const message = `${broker} does not renew a login within a second: check ${what}connections.max.reauth.ms there`;
  return new ConnectionFaultError('wrong account', message, error);
}

function refusal(broker: string, environment: Environment): string {
  const { KAFKA_SASL_MECHANISM: mechanism } = environment;
  if (mechanism === 'OAUTHBEARER') {
    const scope =
      environment.KAFKA_SASL_OAUTH_COMMAND === undefined
        ? ` and ${nameOf(environment, 'KAFKA_SASL_OAUTH_SCOPE')}`
        : '';
    return `${broker} does not take the token of ${tokenSetting(environment)}: check its issuer, audience and life${scope}`;
  }
  const password = nameOf(environment, 'KAFKA_SASL_PASSWORD');
  return `${broker} does not take the account ${userOf(environment)}: check ${nameOf(environment, 'KAFKA_SASL_USERNAME')} and ${password}, and whether it has the account for ${mechanism}`;
}

/** A broker closes the connection without a word, as it does where we do not speak as it expects. */
export function explainEarlyEnd(
  how: EarlyEnd,
  broker: string,
  environment: Environment,
): ConnectionFaultError {
  const name = (setting: Parameters<typeof nameOf>[1]): string => nameOf(environment, setting);
  const isEncrypted = environment.KAFKA_SSL === 'on';
  const port = `the port in ${name('KAFKA_BROKERS')}`;
  if (how === 'speaks TLS') {
    const message = `${broker} speaks TLS: set ${name('KAFKA_SSL')} to on, or check ${port}`;
    return new ConnectionFaultError('encryption wanted', message, undefined);
  }
  if (how === 'no answer' && !isEncrypted) {
    const message = `${broker} closes the connection without an answer, as it does where it wants TLS: check ${name('KAFKA_SSL')} and ${port}`;
    return new ConnectionFaultError('encryption wanted', message, undefined);
  }
  const message =
    how === 'no answer'
      ? `${broker} closes the encrypted connection without an answer, as it does where it wants a certificate of ours: check ${name('KAFKA_SSL_CERT')} and ${port}`
      : `${broker} closes the connection after its first answer, as it does where it wants another login: check ${name('KAFKA_SASL_MECHANISM')} and ${port}`;
  return new ConnectionFaultError('wrong account', message, undefined);
}
