/**
 * What is to be done about a failure.
 *
 * - `transient`: nothing is wrong with the event; wait, and try again for as long as it takes
 * - `permanent`: this event can never be stored
 * - `bug`: not foreseen; tried again a few times, then treated as permanent
 */
export const FAILURE_KINDS = ['transient', 'permanent', 'bug'] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * PostgreSQL's SQLSTATE by class (its first two characters). All classes are here, so that a bug is one on purpose.
 * Source: PostgreSQL 18 documentation, appendix A, "PostgreSQL Error Codes".
 *
 * Classes that speak of the server, the account or the schema are transient: no event is to blame for them,
 * and blaming one would send every order to the dead letters while an operator mends the database.
 */
export const SQLSTATE_KINDS: Readonly<Record<string, FailureKind>> = {
  '08': 'transient', // connection exception
  '0P': 'transient', // invalid role
  '25': 'transient', // invalid transaction state, such as a read-only standby
  '26': 'transient', // a prepared statement that a pooler has left on another connection
  '28': 'transient', // invalid authorization
  '3D': 'transient', // the database does not exist
  '3F': 'transient', // the schema does not exist
  '40': 'transient', // transaction rollback: serialization failure, deadlock
  '42': 'transient', // a table or a right is missing
  '53': 'transient', // out of disk, memory or connections
  '55': 'transient', // object in use, lock not available
  '57': 'transient', // cancelled, shut down, crashed
  '58': 'transient', // system error
  F0: 'transient', // configuration file error
  '72': 'transient', // snapshot too old, of PostgreSQL 16 and before
  HV: 'transient', // a foreign server is away
  XX: 'transient', // internal error, such as a corrupted page
  '21': 'permanent', // cardinality violation
  '22': 'permanent', // data exception
  '23': 'permanent', // integrity constraint violation
  '44': 'permanent', // WITH CHECK OPTION violation
  '54': 'permanent', // program limit exceeded
  '00': 'bug', // these four are no errors
  '01': 'bug',
  '02': 'bug',
  '03': 'bug',
  // What follows comes of SQL that the program does not contain: cursors, savepoints, triggers, routines, grants.
  '09': 'bug', // triggered action exception
  '0A': 'bug', // feature not supported
  '0B': 'bug', // invalid transaction initiation
  '0F': 'bug', // locator exception
  '0L': 'bug', // invalid grantor
  '0Z': 'bug', // diagnostics exception
  '10': 'bug', // XQuery error
  '20': 'bug', // case not found
  '24': 'bug', // invalid cursor state
  '27': 'bug', // triggered data change violation
  '2B': 'bug', // dependent privileges still exist
  '2D': 'bug', // invalid transaction termination
  '2F': 'bug', // SQL routine exception
  '34': 'bug', // invalid cursor name
  '38': 'bug', // external routine exception
  '39': 'bug', // external routine invocation exception
  '3B': 'bug', // savepoint exception
  P0: 'bug', // raised by a PL/pgSQL function
};

/** Single SQLSTATEs that are of another kind than their class. */
export const SQLSTATE_EXCEPTIONS: Readonly<Record<string, FailureKind>> = {
  '2200H': 'transient', // a sequence is at its end: whatever comes would be refused
};

/** Node's own codes for a peer that is away or not trusted, and for a machine that has run out of something. */
export const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'EPROTO',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_STREAM_DESTROYED',
  'ERR_SOCKET_CLOSED',
]);

/** pg and pg-pool say these in words only. */
export const TRANSIENT_WORDS = new RegExp(
  [
    'connection terminated',
    'connection ended',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'query read timeout',
    'connection error and is not queryable',
    'client was closed',
    'cannot use a pool after calling end',
    'received unexpected .* message from backend',
    'does not support ssl connections',
    'error establishing an ssl connection',
    '^sasl: ',
  ].join('|'),
  'i',
);

/** Errors of our own that time mends, and TypeORM's for a connection that is gone. */
export const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'AbortError',
  'CacheLoadTimeoutError',
  'DeadLettersFullError',
  'DatabaseSilentError',
  'DatabaseUnavailableError',
  'PreparedStatementLostError',
  'TooBusyError',
  'UnfitDatabaseError',
  // Said to the statement after the one between which the connection was lost.
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  // Said while the program stops.
  'CannotExecuteNotConnectedError',
  'ConnectionIsNotSetError',
]);

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
  KafkaJSAggregateError: 'bug',
  KafkaJSInvariantViolation: 'bug',
  KafkaJSNotImplemented: 'bug',
  KafkaJSPartialMessageError: 'bug',
  KafkaJSServerDoesNotSupportApiKey: 'bug',
  KafkaJSUnsupportedMagicByteInMessageSet: 'bug',
};

/** What a broker says (the protocol's error codes), where kafkajs marks it as not to be tried again. */
export const KAFKA_TYPE_KINDS: Readonly<Record<string, FailureKind>> = {
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
