import type { SASLOptions } from 'kafkajs';
import type { Environment, SaslMechanism } from '../../../config/environment.js';
import { currentValue } from '../../../config/setting-sources.js';
import type { TokenSource } from '../tokens/token-source.js';
import { exchangeToken } from './oauthbearer-exchange.js';
import type { Login, LoginProviders, SaslParts } from './sasl.js';

type Outcome = Pick<Login, 'began' | 'succeeded' | 'failed'>;

/** kafkajs's types know its own mechanisms alone. */
export const asSaslOptions = (login: Login): SASLOptions => login as unknown as SASLOptions;

/** @param providers those of kafkajs, by mechanism; what they make of an error is left aside for what the broker said */
export function loginOf(
  environment: Environment,
  mechanism: SaslMechanism,
  providers: LoginProviders,
  tokens: TokenSource | undefined,
  outcome: Outcome,
): Login {
  const authenticate = async (parts: SaslParts): Promise<void> => {
    if (mechanism === 'OAUTHBEARER') {
      const token = await tokens!.token();
      try {
        return await exchangeToken(token, parts.saslAuthenticate);
      } catch (error) {
        if ((error as { type?: string }).type === 'SASL_AUTHENTICATION_FAILED') tokens!.refused(token);
        throw error;
      }
    }
    const username = currentValue(environment, 'KAFKA_SASL_USERNAME')!;
    const password = currentValue(environment, 'KAFKA_SASL_PASSWORD');
    let said: unknown;
    const saslAuthenticate: SaslParts['saslAuthenticate'] = (exchange) =>
      parts.saslAuthenticate(exchange).catch((error: unknown) => {
        said = error;
        throw error;
      });
    try {
      await providers[mechanism]({ username, password })({ ...parts, saslAuthenticate }).authenticate();
    } catch (error) {
      throw said ?? error;
    }
  };
  return {
    mechanism,
    authenticationProvider: (parts) => ({ authenticate: () => authenticate(parts) }),
    ...outcome,
  };
}
