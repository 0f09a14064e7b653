import { isLoopbackHost } from '../../../config/loopback-host.js';
import type { Environment } from '../../../config/environment.js';
import { splitHostAndPort, withoutBrackets } from '../../../host-and-port.js';
import type { Logger } from '../../../logging/logger.js';
import { nameOf } from './account.js';

/** SCRAM proves that it knows the password without sending it. */
const SENT_AS_THEY_ARE = ['PLAIN', 'OAUTHBEARER'];

/** Says at the start where a password or a token can be read on the way. On this machine it leaves none. */
export function warnOfPlainSecrets(environment: Environment, log: Logger): void {
  const {
    KAFKA_SSL,
    KAFKA_SASL_MECHANISM: mechanism = '',
    KAFKA_SASL_OAUTH_ENDPOINT: endpoint,
  } = environment;
  const brokers = environment.KAFKA_BROKERS ?? [];
  if (
    KAFKA_SSL === 'off' &&
    SENT_AS_THEY_ARE.includes(mechanism) &&
    !brokers.every((broker) => isLoopbackHost(splitHostAndPort(broker).host))
  ) {
    const settings = [nameOf(environment, 'KAFKA_SASL_MECHANISM'), nameOf(environment, 'KAFKA_SSL')];
    log.warn({ mechanism, settings }, 'what we log in to Kafka with is sent unencrypted');
  }
  if (endpoint === undefined) return;
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === 'http:' && !isLoopbackHost(withoutBrackets(hostname))) {
    const settings = [nameOf(environment, 'KAFKA_SASL_OAUTH_ENDPOINT')];
    log.warn({ settings }, 'the secret that tokens for Kafka are fetched with is sent unencrypted');
  }
}
