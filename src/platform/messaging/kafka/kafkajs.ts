import { createRequire } from 'node:module';
import { KAFKAJS_CODECS, type KafkajsCodec } from './codecs/kafkajs-codecs.js';
import { FetchedBatch } from './fetched-batch.js';
import { decodeMessages } from './message-decoding.js';
import { murmur2 } from './murmur2.js';
import { groupByPartition } from './partition-groups.js';
import { encodeRecord } from './record-encoding.js';
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

const OF_KAFKAJS = /[\\/]node_modules[\\/]kafkajs[\\/]/;

/** kafkajs binds its functions when it is loaded, so they are replaced before. */
function loadKafkajs(): typeof import('kafkajs') {
  const require = createRequire(import.meta.url);
  // One that somebody else has loaded, as tests do, is bound to its own.
  for (const path of Object.keys(require.cache)) if (OF_KAFKAJS.test(path)) delete require.cache[path];
  for (const [file, replacement] of Object.entries(REPLACED)) {
    const path = require.resolve(`kafkajs/src/${file}`);
    require(path);
    require.cache[path]!.exports = replacement;
  }
  const builder = require.resolve('kafkajs/src/cluster/connectionPoolBuilder.js');
  const createBuilder = require(builder) as Parameters<typeof withIpv6Seeds>[0];
  require.cache[builder]!.exports = withIpv6Seeds(createBuilder);
  const kafkajs = require('kafkajs') as typeof import('kafkajs');
  const codecs: Record<number, () => KafkajsCodec> = kafkajs.CompressionCodecs;
  for (const [number, codec] of Object.entries(KAFKAJS_CODECS)) codecs[Number(number)] = () => codec;
  return kafkajs;
}

export const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel, Partitioners } = loadKafkajs();
