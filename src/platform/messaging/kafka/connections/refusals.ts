import type { Environment } from '../../../config/environment.js';
import { ConnectionFaultError } from '../../../connections/connection-fault.js';
import { settingOfTopic } from '../../../config/setting-sources.js';
import { accountOf, nameOf } from './account.js';

/** What was to be done when the brokers said that we have no right to it. */
export interface Attempt {
  readonly operation: 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE';
  /** Deployed names; used where the answer names none. */
  readonly topics?: readonly string[];
  readonly group?: string;
}

const MOST_NAMED = 5;

/** The protocol error by which a broker refuses something for want of a right. */
interface Refusal {
  readonly type: string;
  readonly topics: readonly string[];
}

/** @returns undefined for an error that is not for want of a right */
export function explainRefusal(
  error: unknown,
  { operation, topics = [], group }: Attempt,
  environment: Environment,
): ConnectionFaultError | undefined {
  const refusals = refusalsIn(error);
  const first = refusals[0];
  if (first === undefined) return undefined;
  const account = accountOf(environment);
  const fault = (message: string): ConnectionFaultError =>
    new ConnectionFaultError('no right', message, error);
  const groupId = nameOf(environment, 'KAFKA_GROUP_ID');
  if (first.type === 'GROUP_AUTHORIZATION_FAILED') {
    return fault(
      `${account} has no right to the consumer group ${group ?? ''} (${first.type}): give it READ on groups that begin with ${environment.KAFKA_GROUP_ID}, or change ${groupId}`,
    );
  }
  const named = [...new Set(refusals.flatMap((one) => one.topics))];
  const which = listOf(named.length > 0 ? named : topics, environment);
  if (operation === 'CREATE') {
    return fault(
      `${account} has no right to create ${which} (${first.type}): create them, or give it CREATE on them or on the cluster`,
    );
  }
  if (first.type === 'CLUSTER_AUTHORIZATION_FAILED') {
    return fault(
      `${account} has no right to produce (${first.type}): give it WRITE on its topics, and on brokers before 3.0 IDEMPOTENT_WRITE on the cluster`,
    );
  }
  if (first.type !== 'TOPIC_AUTHORIZATION_FAILED') {
    return fault(`${account} has no right to that (${first.type}): give it ${operation} on ${which}`);
  }
  return fault(
    `${account} has no right to ${operation} ${which} (${first.type}): give it ${operation} on that, or change the account, or which topic that is`,
  );
}

/** A topic, with the setting that it has its name from. */
export function topicShown(topic: string, environment: Environment): string {
  const setting = settingOfTopic(environment, topic);
  return setting === undefined ? topic : `${topic} (${setting})`;
}

function listOf(topics: readonly string[], environment: Environment): string {
  if (topics.length === 0) return 'a topic';
  const more = topics.length > MOST_NAMED ? ` and ${topics.length - MOST_NAMED} more` : '';
  const names = topics.slice(0, MOST_NAMED).map((topic) => topicShown(topic, environment));
  return `the topic${topics.length === 1 ? '' : 's'} ${names.join(', ')}${more}`;
}

const OF_RIGHTS = /^(TOPIC|GROUP|CLUSTER|TRANSACTIONAL_ID)_AUTHORIZATION_FAILED$/;
const DEEPEST = 5;

/** kafkajs wraps an error that it gives up on, and gathers those of topics that cannot be created. */
function refusalsIn(error: unknown, depth = 0): Refusal[] {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return [];
  const { type, topic, topics, cause, errors } = error as {
    type?: unknown;
    topic?: string;
    topics?: readonly string[];
    cause?: unknown;
    errors?: unknown;
  };
  if (typeof type === 'string' && OF_RIGHTS.test(type)) {
    return [{ type, topics: topics ?? (topic === undefined ? [] : [topic]) }];
  }
  const several: unknown[] = Array.isArray(errors) ? errors : [];
  return [cause, ...several].flatMap((one) => refusalsIn(one, depth + 1));
}
