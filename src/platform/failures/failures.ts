import {
  type FailureKind,
  KAFKA_KINDS,
  KAFKA_TYPE_KINDS,
  SQLSTATE_EXCEPTIONS,
  SQLSTATE_KINDS,
  TRANSIENT_CODES,
  TRANSIENT_NAMES,
  TRANSIENT_WORDS,
} from './failure-table.js';

export type { FailureKind };

const SQLSTATE = /^[0-9A-Z]{5}$/;
const DEEPEST_CAUSE = 5;

interface Failure {
  name?: string;
  message?: string;
  code?: unknown;
  type?: unknown;
  retriable?: boolean;
  cause?: unknown;
  driverError?: unknown;
}

/** Undefined when the error itself does not tell. */
function kindOf({ name = '', message = '', code, type, retriable }: Failure): FailureKind | undefined {
  if (typeof type === 'string' && Object.hasOwn(KAFKA_TYPE_KINDS, type)) return KAFKA_TYPE_KINDS[type];
  if (TRANSIENT_NAMES.has(name)) return 'transient';
  const kafkaKind = Object.hasOwn(KAFKA_KINDS, name) ? KAFKA_KINDS[name] : undefined;
  if (kafkaKind === 'as marked') return retriable === true ? 'transient' : undefined;
  if (kafkaKind !== undefined) return kafkaKind;
  if (typeof code === 'string') {
    if (TRANSIENT_CODES.has(code)) return 'transient';
    const byState = SQLSTATE.test(code)
      ? (SQLSTATE_EXCEPTIONS[code] ?? SQLSTATE_KINDS[code.slice(0, 2)])
      : undefined;
    if (byState !== undefined) return byState;
  }
  return TRANSIENT_WORDS.test(message) ? 'transient' : undefined;
}

/** Which kind of failure an error is, judged by itself and then by what caused it. */
export function classifyFailure(error: unknown): FailureKind {
  let failure = error as Failure | undefined;
  for (let depth = 0; typeof failure === 'object' && failure !== null && depth < DEEPEST_CAUSE; depth++) {
    const kind = kindOf(failure);
    if (kind !== undefined) return kind;
    failure = (failure.driverError ?? failure.cause) as Failure | undefined;
  }
  return 'bug';
}
