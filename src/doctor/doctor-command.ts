import { type Check, type Finding, runCheck } from '../platform/checks/check.js';
import { Environment } from '../platform/config/environment.js';
import type { Settings } from '../platform/config/setting-group.js';
import type { Context } from '../platform/context.js';
import type { DatabaseOptions } from '../platform/database/database.js';
import type { Topics } from '../platform/messaging/topics.js';
import type { Terminal } from '../platform/terminal.js';
import { databaseCheck } from './database-check.js';
import { httpCheck } from './http-check.js';
import { topicUses } from './topic-uses.js';

export const DOCTOR_USAGE = `usage: waybill [--config FILE] doctor [--json]

Tries each connection that the settings name, and prints a line for each thing that it has looked at: ok, warn or fail, what
was tried, or what is wrong and what to do. It changes nothing: no table, topic, group, message or key is made. The exit code
is 0 where nothing has failed, 69 where something has, and 78 where the settings themselves are wrong.

  --json   the same as JSON
`;

/** What there is to be examined. */
export interface DoctorParts {
  readonly settings: Settings;
  readonly contexts: readonly Context[];
  readonly topics: Topics;
  readonly database: DatabaseOptions;
}

/** Attempts have limits of their own, which are shorter; this one is for what none of them has thought of. */
const CHECK_LIMIT_MS = 30_000;

/** @returns whether nothing has failed */
export async function examine(
  { isJson }: { readonly isJson: boolean },
  parts: DoctorParts,
  terminal: Pick<Terminal, 'out'>,
): Promise<boolean> {
  const running = (await checksOf(parts)).map((check) => runCheck(check, CHECK_LIMIT_MS));
  const findings: Finding[] = [];
  for (const one of running) {
    const found = await one;
    findings.push(...found);
    if (!isJson) terminal.out(found.map(lineOf).join(''));
  }
  if (isJson) terminal.out(`${JSON.stringify({ findings }, undefined, 2)}\n`);
  return findings.every(({ verdict }) => verdict !== 'fail');
}

/** What is configured, and nothing else. */
async function checksOf({ settings, contexts, topics, database }: DoctorParts): Promise<Check[]> {
  const environment = settings.of(Environment);
  const checks = [httpCheck(environment), databaseCheck(environment, database)];
  if (environment.KAFKA_BROKERS !== undefined) {
    if (environment.KAFKA_SASL_MECHANISM === 'OAUTHBEARER') {
      const { tokenCheck } = await import('./token-check.js');
      checks.push(tokenCheck(environment));
    }
    const { kafkaCheck } = await import('./kafka-check.js');
    checks.push(kafkaCheck(environment, topics, await topicUses(contexts, settings, topics, environment)));
  }
  if (environment.REDIS_URL !== undefined) {
    const { redisCheck } = await import('./redis-check.js');
    checks.push(redisCheck(environment, contexts));
  }
  for (const context of contexts) checks.push(...((await context.checks?.(environment, settings)) ?? []));
  return checks;
}

const lineOf = ({ verdict, subject, text }: Finding): string =>
  `${verdict.padEnd(4)}  ${subject.padEnd(15)}  ${text}\n`;
