import type { Check } from '../platform/checks/check.js';
import type { Environment } from '../platform/config/environment.js';
import { environmentWithoutSecrets, writtenName } from '../platform/config/setting-sources.js';
import { runTokenCommand } from '../platform/messaging/kafka/tokens/token-command.js';
import { fetchToken } from '../platform/messaging/kafka/tokens/token-endpoint.js';

/** A token for the brokers, by itself. */
export function tokenCheck(environment: Environment): Check {
  const { KAFKA_SASL_OAUTH_COMMAND: command } = environment;
  const setting = writtenName(
    environment,
    command === undefined ? 'KAFKA_SASL_OAUTH_ENDPOINT' : 'KAFKA_SASL_OAUTH_COMMAND',
  );
  return {
    subject: 'kafka-token',
    async run(findings) {
      const token = await (command === undefined
        ? fetchToken(environment)
        : runTokenCommand(command, setting, environmentWithoutSecrets(environment)));
      const life =
        token.lifetimeMs === undefined
          ? 'nobody says for how long, so one is fetched for each login'
          : `it holds for ${Math.round(token.lifetimeMs / 1_000)} s`;
      findings.ok(`a token comes by ${setting}; ${life}`);
    },
  };
}
