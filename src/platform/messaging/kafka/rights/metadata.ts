import { type Operation, operationsIn } from './operations.js';
import {
  type ProtocolCodec,
  protocolRequest,
  type ProtocolRequest,
  type ResponseDecoder,
} from './protocol.js';

/** A broker as it advertises itself. */
export interface AdvertisedBroker {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface TopicMetadata {
  readonly topic: string;
  /** 0; 3 for one that is not there, 29 for one that we may not hear of. */
  readonly errorCode: number;
  readonly partitions: number;
  /** Partitions that have no leader at present. */
  readonly leaderless: number;
  readonly rights: ReadonlySet<Operation> | undefined;
}

export interface ClusterMetadata {
  readonly brokers: readonly AdvertisedBroker[];
  readonly topics: readonly TopicMetadata[];
}

export const UNKNOWN_TOPIC = 3;
export const TOPIC_AUTHORIZATION_FAILED = 29;
const NO_LEADER = -1;

/** Metadata (key 3) in version 8, which asks for rights and makes no topic. Kafka 2.3 and newer know it (KIP-430). */
export const metadataRequest = (
  codec: ProtocolCodec,
  topics: readonly string[],
): ProtocolRequest<ClusterMetadata> =>
  protocolRequest(
    codec,
    { apiKey: 3, apiVersion: 8, apiName: 'Metadata' },
    (encoder) => encoder.writeArray(topics).writeBoolean(false).writeBoolean(false).writeBoolean(true),
    readMetadata,
  );

function readMetadata(decoder: ResponseDecoder): ClusterMetadata {
  decoder.readInt32(); // throttle_time_ms
  const brokers = decoder.readArray((one) => {
    const broker = { nodeId: one.readInt32(), host: one.readString() ?? '', port: one.readInt32() };
    one.readString(); // rack
    return broker;
  });
  decoder.readString(); // cluster_id
  decoder.readInt32(); // controller_id
  // Rights to the cluster itself come last; whether topics could be made is asked by making them in appearance.
  return { brokers, topics: decoder.readArray(readTopic) };
}

function readTopic(decoder: ResponseDecoder): TopicMetadata {
  const errorCode = decoder.readInt16();
  const topic = decoder.readString() ?? '';
  decoder.readBoolean(); // is_internal
  const leaders = decoder.readArray(readLeader);
  return {
    errorCode,
    topic,
    partitions: leaders.length,
    leaderless: leaders.filter((leader) => leader === NO_LEADER).length,
    rights: operationsIn(decoder.readInt32()),
  };
}

function readLeader(decoder: ResponseDecoder): number {
  decoder.readInt16(); // error_code
  decoder.readInt32(); // partition_index
  const leader = decoder.readInt32();
  decoder.readInt32(); // leader_epoch
  for (let list = 0; list < 3; list++) decoder.readArray((one) => one.readInt32()); // replicas, isr, offline
  return leader;
}
