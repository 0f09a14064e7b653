import { createRequire } from 'node:module';
import { KAFKAJS_CODECS, type KafkajsCodec } from './codecs/kafkajs-codecs.js';
import { withLogins } from './connections/kafkajs-authenticator.js';
import type { LoginProviders } from './connections/sasl.js';
import { FetchedBatch } from './fetched-batch.js';
import { withWholeAnswers } from './kafkajs-answers.js';
import { hidingForbiddenTopics, leavingOutForbiddenTopics } from './kafkajs-forbidden-topics.js';
import { ANSWERS_OF_TOPICS, namingTopics, tellingRefusals } from './kafkajs-refusals.js';
import { withRestarts } from './kafkajs-restarts.js';
import { decodeMessages } from './message-decoding.js';
import { murmur2 } from './murmur2.js';
import { groupByPartition } from './partition-groups.js';
import { encodeRecord } from './record-encoding.js';
import type { KafkajsInternals } from './rights/kafkajs-internals.js';
import { withIpv6Seeds } from './seed-brokers.js';

/**
 * Functions of kafkajs that cost most for each message, or lose everything for the sake of one batch, and ours in their
 * place. Each is all that its module holds.
 */
const REPLACED: Readonly<Record<string, unknown>> = {
  'protocol/recordBatch/record/v0/index.js': encodeRecord,
  'protocol/requests/fetch/v4/decodeMessages.js': decodeMessages,
  'consumer/batch.js': FetchedBatch,
  'producer/partitioners/default/murmur2.js': murmur2,
  'producer/groupMessagesPerPartition.js': groupByPartition,
};

/** What ours is built around kafkajs's own, each where it is loaded before those that use it. */
const WRAPPED: readonly (readonly [file: string, wrap: (original: never) => unknown])[] = [
  ...ANSWERS_OF_TOPICS.map((of) => {
    const wrap = (original: Parameters<typeof namingTopics>[0]) => namingTopics(original, of);
    return [`protocol/requests/${of}/response.js`, wrap] as const;
  }),
  ['broker/saslAuthenticator/index.js', withLogins],
  ['network/connection.js', withWholeAnswers],
  ['cluster/connectionPoolBuilder.js', withIpv6Seeds],
  ['cluster/brokerPool.js', tellingRefusals],
  ['cluster/index.js', hidingForbiddenTopics],
  ['consumer/consumerGroup.js', leavingOutForbiddenTopics],
  ['consumer/runner.js', withRestarts],
];

const OF_KAFKAJS = /[\\/]node_modules[\\/]kafkajs[\\/]/;

/** kafkajs binds its functions when it is loaded, so they are replaced before. */
function loadKafkajs(): typeof import('kafkajs') & {
  loginProviders: LoginProviders;
  kafkajsInternals: KafkajsInternals;
} {
  const require = createRequire(import.meta.url);
  // One that somebody else has loaded, as tests do, is bound to its own.
  for (const path of Object.keys(require.cache)) if (OF_KAFKAJS.test(path)) delete require.cache[path];
  const replace = (file: string, by: (original: never) => unknown): void => {
    const path = require.resolve(`kafkajs/src/${file}`);
    const original = require(path) as never;
    require.cache[path]!.exports = by(original);
  };
  for (const [file, replacement] of Object.entries(REPLACED)) replace(file, () => replacement);
  for (const [file, wrap] of WRAPPED) replace(file, wrap);
  const kafkajs = require('kafkajs') as typeof import('kafkajs');
  const codecs: Record<number, () => KafkajsCodec> = kafkajs.CompressionCodecs;
  for (const [number, codec] of Object.entries(KAFKAJS_CODECS)) codecs[Number(number)] = () => codec;
  const provider = (file: string): never =>
    require(`kafkajs/src/broker/saslAuthenticator/${file}.js`) as never;
  const loginProviders: LoginProviders = {
    PLAIN: provider('plain'),
    'SCRAM-SHA-256': provider('scram256'),
    'SCRAM-SHA-512': provider('scram512'),
  };
  const internal = (file: string): never => require(`kafkajs/src/${file}.js`) as never;
  const kafkajsInternals: KafkajsInternals = {
    Broker: internal('broker/index'),
    ConnectionPool: internal('network/connectionPool'),
    Encoder: internal('protocol/encoder'),
    Decoder: internal('protocol/decoder'),
  };
  return { ...kafkajs, loginProviders, kafkajsInternals };
}

export const {
  CompressionTypes,
  ConfigResourceTypes,
  Kafka,
  KafkaJSConnectionError,
  kafkajsInternals,
  loginProviders,
  logLevel,
  Partitioners,
} = loadKafkajs();
