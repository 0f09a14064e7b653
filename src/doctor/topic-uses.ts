import type { Environment } from '../platform/config/environment.js';
import type { Settings } from '../platform/config/setting-group.js';
import type { Context } from '../platform/context.js';
import { ContextNames } from '../platform/messaging/context-names.js';
import type { TopicUse } from '../platform/messaging/event-facts.js';
import type { Topics } from '../platform/messaging/topics.js';

/** What this process does with the topics of Kafka, and so what it needs a right for. */
export interface TopicUses {
  /** Deployed names. */
  readonly read: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
  /** Written only where an operator has a dead letter sent once more. */
  readonly replayed: ReadonlySet<string>;
  /** Consumer groups that it is a member of; those that are its own have another end each time. */
  readonly groups: readonly string[];
}

const MEMBERSHIP_OF_MODE = { shared: '', broadcast: '.news.doctor', replay: '.doctor' } as const;

/** By what the contexts tell of their topics, for the roles that the process has. */
export async function topicUses(
  contexts: readonly Context[],
  settings: Settings,
  topics: Topics,
  environment: Pick<Environment, 'ROLES' | 'KAFKA_GROUP_ID'>,
): Promise<TopicUses> {
  const { ROLES, KAFKA_GROUP_ID } = environment;
  const isReader = ({ mode = 'shared' }: TopicUse): boolean =>
    mode === 'shared' ? ROLES.includes('consumer') || ROLES.includes('worker') : ROLES.includes('api');
  const isWriter = ['api', 'relay', 'producer'].some((role) => (ROLES as string[]).includes(role));
  const names = new ContextNames(
    contexts.map((one) => ({
      name: one.name,
      isMain: one.isMain === true,
      replayGroup: one.replayGroup?.(settings),
    })),
  );
  const read = new Set<string>();
  const written = new Set(isWriter ? topics.deadLetterTopics() : []);
  const groups = new Set<string>();
  for (const context of contexts) {
    for (const use of usesOf(context, await context.events?.())) {
      const topic = topics.deployedName(use.topic);
      if (use.action === 'send') {
        if (isWriter) written.add(topic);
      } else if (isReader(use)) {
        const { mode = 'shared' } = use;
        const group =
          mode === 'replay'
            ? names.replayGroupOf(context.name, KAFKA_GROUP_ID)
            : names.groupOf(context.name, KAFKA_GROUP_ID);
        read.add(topic);
        groups.add(group + MEMBERSHIP_OF_MODE[mode]);
      }
    }
  }
  const replayed = new Set(isWriter ? topics.withDeadLetters().filter((topic) => !written.has(topic)) : []);
  return { read, written, replayed, groups: [...groups] };
}

/** A context that tells nothing reads at least what it may refuse events of. */
function usesOf(
  { consumes }: Context,
  facts: { readonly operations: Readonly<Record<string, TopicUse>> } | undefined,
): TopicUse[] {
  if (facts !== undefined) return Object.values(facts.operations);
  return consumes.map((topic) => ({ action: 'receive', topic, summary: '', mode: 'shared' }));
}
