import type { Failure } from '../../failures/failure-classifier.js';
import type { FailureKind } from '../../failures/failure-kind.js';

/**
 * All errors of kafkajs by their names; one with several classes is there once. `as marked`: transient when kafkajs
 * would itself try again, else whatever caused it.
 */
export const KAFKA_KINDS: Readonly<Record<string, FailureKind | 'as marked'>> = {
  KafkaJSError: 'as marked',
  KafkaJSNonRetriableError: 'as marked', // what kafkajs wraps an error into that it does not try again
  KafkaJSProtocolError: 'as marked',
  KafkaJSCreateTopicError: 'as marked',
  KafkaJSDeleteGroupsError: 'as marked',
  KafkaJSDeleteTopicRecordsError: 'as marked',
  KafkaJSAlterPartitionReassignmentsError: 'as marked',
  KafkaJSAggregateError: 'as marked', // its parts tell
  KafkaJSConnectionError: 'transient',
  KafkaJSConnectionClosedError: 'transient',
  KafkaJSRequestTimeoutError: 'transient',
  KafkaJSTimeout: 'transient',
  KafkaJSLockTimeout: 'transient',
  KafkaJSBrokerNotFound: 'transient',
  KafkaJSNoBrokerAvailableError: 'transient',
  KafkaJSGroupCoordinatorNotFound: 'transient',
  KafkaJSMetadataNotLoaded: 'transient',
  KafkaJSTopicMetadataNotLoaded: 'transient',
  KafkaJSStaleTopicMetadataAssignment: 'transient',
  KafkaJSMemberIdRequired: 'transient',
  KafkaJSOffsetOutOfRange: 'transient', // the consumer goes on from an offset that there is
  KafkaJSNumberOfRetriesExceeded: 'transient', // given up by kafkajs, and may work later all the same
  KafkaJSSASLAuthenticationError: 'transient', // as PostgreSQL's 28
  KafkaJSInvariantViolation: 'bug',
  KafkaJSNotImplemented: 'bug',
  KafkaJSPartialMessageError: 'bug',
  KafkaJSServerDoesNotSupportApiKey: 'bug',
  KafkaJSUnsupportedMagicByteInMessageSet: 'bug',
};

/** What a broker says (the protocol's error codes), where kafkajs marks it as not to be tried again. */
const KAFKA_TYPE_KINDS: Readonly<Record<string, FailureKind>> = {
  MESSAGE_TOO_LARGE: 'permanent',
  RECORD_LIST_TOO_LARGE: 'permanent',
  // No event is to blame for the account, for the broker, or for a place in the group.
  TOPIC_AUTHORIZATION_FAILED: 'transient',
  GROUP_AUTHORIZATION_FAILED: 'transient',
  CLUSTER_AUTHORIZATION_FAILED: 'transient',
  SASL_AUTHENTICATION_FAILED: 'transient',
  UNKNOWN: 'transient',
  BROKER_NOT_AVAILABLE: 'transient',
  ILLEGAL_GENERATION: 'transient',
  UNKNOWN_MEMBER_ID: 'transient',
  REBALANCE_IN_PROGRESS: 'transient',
  // The next producer counts anew.
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'transient',
  INVALID_PRODUCER_EPOCH: 'transient',
  UNKNOWN_PRODUCER_ID: 'transient',
};

/** What kafkajs says in an error without a name of its own. */
const KAFKA_MESSAGE_KINDS: Readonly<Record<string, FailureKind>> = {
  // A connection came back, and what is spoken over it has not been agreed on yet.
  'Broker not connected': 'transient',
};

/** What kafkajs says, and through it a broker. */
export function classifyKafkaFailure(failure: Failure): FailureKind | undefined {
  const { name = '', message = '', type, retriable } = failure;
  if (name === 'Error' && Object.hasOwn(KAFKA_MESSAGE_KINDS, message)) return KAFKA_MESSAGE_KINDS[message];
  if (typeof type === 'string' && Object.hasOwn(KAFKA_TYPE_KINDS, type)) return KAFKA_TYPE_KINDS[type];
  const kind = Object.hasOwn(KAFKA_KINDS, name) ? KAFKA_KINDS[name] : undefined;
  if (kind !== 'as marked') return kind;
  return retriable === true ? 'transient' : undefined;
}
