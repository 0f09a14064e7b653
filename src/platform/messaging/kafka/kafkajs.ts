import { createRequire } from 'node:module';
import { encodeRecord } from './record-encoding.js';

const ENCODER = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';

/** kafkajs with our encoder of records. Its own is put aside before kafkajs is loaded, which binds it then. */
function loadKafkajs(): typeof import('kafkajs') {
  const require = createRequire(import.meta.url);
  const path = require.resolve(ENCODER);
  require(path);
  require.cache[path]!.exports = encodeRecord;
  return require('kafkajs') as typeof import('kafkajs');
}

export const { Kafka, logLevel, Partitioners } = loadKafkajs();
