import { createRequire } from 'node:module';
import { murmur2 } from './murmur2.js';
import { groupByPartition } from './partition-groups.js';
import { decodeRecord } from './record-decoding.js';
import { encodeRecord } from './record-encoding.js';
import { withIpv6Seeds } from './seed-brokers.js';

/** The functions of kafkajs that cost most for each message, and ours in their place. Each is all that its module holds. */
const REPLACED: Readonly<Record<string, unknown>> = {
  'protocol/recordBatch/record/v0/index.js': encodeRecord,
  'protocol/recordBatch/record/v0/decoder.js': decodeRecord,
  'producer/partitioners/default/murmur2.js': murmur2,
  'producer/groupMessagesPerPartition.js': groupByPartition,
};

/** kafkajs binds its functions when it is loaded, so they are replaced before. */
function loadKafkajs(): typeof import('kafkajs') {
  const require = createRequire(import.meta.url);
  for (const [file, replacement] of Object.entries(REPLACED)) {
    const path = require.resolve(`kafkajs/src/${file}`);
    require(path);
    require.cache[path]!.exports = replacement;
  }
  const builder = require.resolve('kafkajs/src/cluster/connectionPoolBuilder.js');
  const createBuilder = require(builder) as Parameters<typeof withIpv6Seeds>[0];
  require.cache[builder]!.exports = withIpv6Seeds(createBuilder);
  return require('kafkajs') as typeof import('kafkajs');
}

export const { Kafka, logLevel, Partitioners } = loadKafkajs();
