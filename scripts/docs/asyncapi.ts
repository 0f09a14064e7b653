import { stringify } from 'yaml';
import { CONTEXTS } from '../../src/app.module.js';
import type { Context } from '../../src/platform/context.js';
import { Environment, PROGRAM_SETTINGS } from '../../src/platform/config/environment.js';
import { Settings } from '../../src/platform/config/setting-group.js';
import { ContextNames } from '../../src/platform/messaging/context-names.js';
import {
  type EventFacts,
  type MessageFacts,
  type MessageSchema,
  type TopicUse,
} from '../../src/platform/messaging/event-facts.js';
import { LARGE_MESSAGE_BYTES } from '../../src/platform/messaging/kafka/kafka-topics.js';
import { Topics } from '../../src/platform/messaging/topics.js';
import { DEAD_LETTER_HEADERS, deadLetter } from './dead-letter-facts.js';

const BINDING_VERSION = '0.5.0';
const DEAD_LETTER_MESSAGE = 'deadLetter';
const LARGE_MESSAGES = { 'max.message.bytes': LARGE_MESSAGE_BYTES };

const ref = (path: string): { $ref: string } => ({ $ref: `#/${path}` });
function messageOf(name: string, { key, example, ...message }: MessageFacts): object {
  return {
    name,
    ...message,
    bindings: { kafka: { key, bindingVersion: BINDING_VERSION } },
    examples: [{ name, headers: example.headers, payload: example.payload }],
  };
}

function channelOf(
  address: string,
  message: string,
  summary: string,
  partitions: number,
  topicConfiguration?: object,
): object {
  return {
    address,
    summary,
    servers: [ref('servers/kafka')],
    messages: { [message]: ref(`components/messages/${message}`) },
    bindings: {
      kafka: {
        topic: address,
        partitions,
        ...(topicConfiguration && { topicConfiguration }),
        bindingVersion: BINDING_VERSION,
      },
    },
  };
}

function operationOf(
  action: 'send' | 'receive',
  channel: string,
  message: string,
  summary: string,
  bindings: object,
): object {
  return {
    action,
    channel: ref(`channels/${channel}`),
    messages: [ref(`channels/${channel}/messages/${message}`)],
    summary,
    bindings: { kafka: { ...bindings, bindingVersion: BINDING_VERSION } },
  };
}

/** A context, and what it tells of its topics. */
interface Described {
  readonly context: Context;
  readonly facts: EventFacts;
}

/** What is the same for all parts of the document. */
interface Names {
  readonly topics: Topics;
  readonly groups: ContextNames;
  readonly environment: Environment;
  /** By the topic that it goes over: a context reads topics of others. */
  readonly messages: ReadonlyMap<string, string>;
}

function channelsOf({ context, facts }: Described, { topics, environment }: Names): Record<string, object> {
  const partitions = environment.KAFKA_PARTITIONS;
  const own = Object.entries(facts.topics).map(([name, { message, summary }]) => [
    name,
    channelOf(
      topics.deployedName(name),
      message,
      summary,
      partitions,
      context.large?.includes(name) ? LARGE_MESSAGES : undefined,
    ),
  ]);
  const dead = deadLetterTopicsOf(context, topics).map(({ name, of }) => [
    name,
    channelOf(
      name,
      DEAD_LETTER_MESSAGE,
      `Events from \`${of}\` that cannot be stored`,
      partitions,
      LARGE_MESSAGES,
    ),
  ]);
  return Object.fromEntries([...own, ...dead]) as Record<string, object>;
}

const deadLetterTopicsOf = ({ name: context, consumes }: Context, topics: Topics) =>
  consumes.map((of) => ({ of, name: topics.deadLetterTopicOf(context, topics.deployedName(of)) }));

function operationsOf({ context, facts }: Described, names: Names): Record<string, object> {
  const clientId: MessageSchema = { type: 'string', const: names.environment.KAFKA_CLIENT_ID };
  const messageOn = (topic: string): string => names.messages.get(topic)!;
  const own = Object.entries(facts.operations).map(([name, { action, topic, summary, mode }]) => {
    const group = mode && { groupId: groupOf(context, mode, names) };
    return [name, operationOf(action, topic, messageOn(topic), summary, { ...group, clientId })];
  });
  const suffix = context.isMain ? '' : `Of${pascalCase(context.name)}`;
  const suffixOf = (topic: string): string =>
    topic in facts.topics ? suffix : `${suffix}From${pascalCase(topic)}`;
  const dead = deadLetterTopicsOf(context, names.topics).flatMap(({ of, name }) => [
    [
      `replayDeadLetters${suffixOf(of)}`,
      operationOf(
        'send',
        of,
        messageOn(of),
        'Sends dead letters again, to the byte: POST /api/dead-letters/replay, waybill dead-letters replay',
        { clientId },
      ),
    ],
    [
      `keepDeadLetters${suffixOf(of)}`,
      operationOf('send', name, DEAD_LETTER_MESSAGE, 'Passes refused events on', { clientId }),
    ],
  ]);
  return Object.fromEntries([...own, ...dead]) as Record<string, object>;
}

/** `order-status` as `OrderStatus`. */
const pascalCase = (name: string): string =>
  name.replace(/(?:^|[^a-z0-9])([a-z])/g, (_, letter: string) => letter.toUpperCase());

function groupOf(
  { name }: Context,
  mode: NonNullable<TopicUse['mode']>,
  { groups, environment }: Names,
): MessageSchema {
  const group = groups.groupOf(name, environment.KAFKA_GROUP_ID);
  if (mode === 'shared') return { type: 'string', const: group };
  const part = mode === 'broadcast' ? 'news' : 'replay';
  return { type: 'string', pattern: `^${group}\\.${part}\\.[0-9a-f-]{36}$` };
}

/** Each of a context's parts, together; two contexts cannot have the same. */
function together<T>(parts: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  const all: Record<string, T> = {};
  for (const [name, part] of parts.flatMap((one) => Object.entries(one))) {
    if (name in all) throw new Error(`two contexts describe ${name} in their events`);
    all[name] = part;
  }
  return all;
}

async function describedContexts(): Promise<Described[]> {
  const described: Described[] = [];
  for (const context of CONTEXTS) {
    if (context.events !== undefined) described.push({ context, facts: await context.events() });
  }
  return described;
}

function namesOf(contexts: readonly Context[], described: readonly Described[]): Names {
  const settings = Settings.defaults([PROGRAM_SETTINGS, ...contexts.flatMap((one) => one.settings ?? [])]);
  const claims = contexts.map((one) => ({
    context: one.name,
    isMain: one.isMain === true,
    own: one.topics(settings),
    consumes: one.consumes,
  }));
  const groups = new ContextNames(contexts.map(({ name, isMain = false }) => ({ name, isMain })));
  const messages = described.flatMap(({ facts }) =>
    Object.entries(facts.topics).map(([topic, { message }]) => [topic, message] as const),
  );
  return {
    topics: new Topics(claims),
    groups,
    environment: settings.of(Environment),
    messages: new Map(messages),
  };
}

/**
 * The topics of all contexts and what goes over them (AsyncAPI 3.0), under the names that they have when no setting changes
 * them.
 */
export async function asyncApiDocument(): Promise<object> {
  const described = await describedContexts();
  const names = namesOf(CONTEXTS, described);
  const messages = together([
    ...described.map(({ facts }) => facts.messages),
    { [DEAD_LETTER_MESSAGE]: await deadLetter() },
  ]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Waybill',
      version: '1',
      description: 'Orders in, status events out. Amounts are whole minor units of `payment.currency`.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: 'localhost:9092',
        protocol: 'kafka',
        description: 'The brokers that KAFKA_BROKERS names',
      },
    },
    channels: together(described.map((one) => channelsOf(one, names))),
    operations: together(described.map((one) => operationsOf(one, names))),
    components: {
      messages: Object.fromEntries(
        Object.entries(messages).map(([name, message]) => [name, messageOf(name, message)]),
      ),
      schemas: together([
        ...described.map(({ facts }) => facts.schemas),
        { DeadLetterHeaders: DEAD_LETTER_HEADERS },
      ]),
    },
  };
}

/** The document as it stands in `docs/asyncapi.yaml`. */
export async function asyncApiYaml(): Promise<string> {
  const head = '# Written by scripts/docs.ts from the code. Do not edit: change the code and run it.\n';
  return (
    head +
    stringify(await asyncApiDocument(), {
      lineWidth: 110,
      aliasDuplicateObjects: false,
      // Readers of YAML 1.1 would take an unquoted time for a date of theirs.
      compat: 'yaml-1.1',
    })
  );
}
