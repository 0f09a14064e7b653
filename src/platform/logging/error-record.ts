/**
 * Errors quote what failed: PostgreSQL's driver carries the parameters of the statement and the row, kafkajs the message,
 * JSON.parse the text. All of that is orders, with names, phones and addresses, and a log is kept by others and for
 * longer. So a log has of an error what is named here and nothing else.
 */
export interface ErrorRecord {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
  readonly errors?: readonly ErrorRecord[];
  readonly [fact: string]: unknown;
}

/** What of an error's own properties names things of ours: codes, and PostgreSQL's objects. */
const FACTS = [
  'code',
  'errno',
  'syscall',
  'severity',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'routine',
  'retriable',
  'retryCount',
  'statusCode',
];
const NAME = /^[\w.$-]{1,100}$/;
const MAX_DEPTH = 5;
const MAX_ERRORS = 10;
const MAX_MESSAGE_CHARACTERS = 500;

/** An error, or whatever else was thrown, as logs may have it. */
export function errorRecord(thrown: unknown, depth = 0): ErrorRecord {
  if (!isObject(thrown)) return { type: typeof thrown, message: 'what was thrown is no error' };
  const record: Record<string, unknown> = {};
  for (const fact of FACTS) {
    const value = thrown[fact];
    if (
      typeof value === 'string' ? NAME.test(value) : typeof value === 'number' || typeof value === 'boolean'
    ) {
      record[fact] = value;
    }
  }
  const message = messageForLog(thrown);
  const type = typeOf(thrown);
  const stack = framesOf(thrown);
  // TypeORM has it in two places.
  const cause = thrown.driverError ?? thrown.cause;
  const errors = Array.isArray(thrown.errors) && depth < MAX_DEPTH ? thrown.errors.slice(0, MAX_ERRORS) : [];
  return {
    type,
    message,
    ...record,
    ...(stack !== undefined && { stack: `${type}: ${message}\n${stack}` }),
    ...(isObject(cause) && depth < MAX_DEPTH && { cause: errorRecord(cause, depth + 1) }),
    ...(errors.length > 0 && { errors: errors.map((one: unknown) => errorRecord(one, depth + 1)) }),
  };
}

/** The message of an error without what it quotes. */
export function messageForLog(thrown: unknown): string {
  if (!isObject(thrown) || typeof thrown.message !== 'string') return '';
  const message = quotesIn(thrown).reduce(
    (text, [quote, instead]) => text.replace(quote, instead),
    thrown.message,
  );
  return message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` : message;
}

type Quote = readonly [text: RegExp, instead: string];

const CUT = '[not logged]';
/** From the first to the last, since a value may have some of its own. */
const IN_QUOTES: Quote = [/"[^]*"/, `"${CUT}"`];
const EVERYTHING: Quote = [/^[^]*$/, CUT];

/** Classes of SQLSTATE whose messages quote values: of data, of constraints, and of views. */
const DATA_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '44']);
/** Of functions and triggers, whose messages can be anything. */
const FUNCTION_CLASSES: ReadonlySet<string> = new Set(['P0', '2F', '38', '39']);

const QUOTES_OF: Readonly<Record<string, readonly Quote[]>> = {
  // JSON.parse: Unexpected token 'x', ..."phone": x"... is not valid JSON
  SyntaxError: [
    [/(Unexpected (non-whitespace character|token|string|number|identifier))[^]*/, `$1 ${CUT}`],
    IN_QUOTES,
  ],
};
/** Redis: ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'user' … Its client calls it an Error. */
const ARGUMENTS_OF_REDIS: Quote = [/(with args beginning with:)[^]*/, `$1 ${CUT}`];
/** kafkajs: Invalid message without value for topic "orders": {"key": …} */
const KAFKA_QUOTES: readonly Quote[] = [[/\{[^]*/, CUT]];
/** Node: The "data" argument must be of type string. Received type number (972000) */
const ARGUMENT_QUOTES: readonly Quote[] = [[/Received [^]*/, `Received ${CUT}`]];
/** Class-validator, TypeORM and whatever else puts a whole value behind its own words. */
const WHOLE_VALUE: Quote = [/[{[]\s*["{[][^]*[}\]]/, CUT];

function quotesIn({ name, code, driverError }: Record<string, unknown>): readonly Quote[] {
  const sqlstate = sqlstateOf(code) ?? (isObject(driverError) ? sqlstateOf(driverError.code) : undefined);
  if (sqlstate !== undefined) {
    if (FUNCTION_CLASSES.has(sqlstate)) return [EVERYTHING];
    return DATA_CLASSES.has(sqlstate) ? [IN_QUOTES] : [];
  }
  const ofName = typeof name === 'string' ? (QUOTES_OF[name] ?? []) : [];
  const ofKafka = typeof name === 'string' && name.startsWith('KafkaJS') ? KAFKA_QUOTES : [];
  const ofNode = typeof code === 'string' && code.startsWith('ERR_') ? ARGUMENT_QUOTES : [];
  return [...ofName, ...ofKafka, ...ofNode, ARGUMENTS_OF_REDIS, WHOLE_VALUE];
}

/** The class of an SQLSTATE; five letters and digits, as some codes of the system are (`EPIPE`), which have no class here. */
function sqlstateOf(code: unknown): string | undefined {
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)
    ? code.slice(0, 2)
    : undefined;
}

function typeOf({ name, constructor }: Record<string, unknown>): string {
  const known = typeof name === 'string' && !/^error$/i.test(name) ? name : undefined;
  const ofClass = typeof constructor === 'function' ? constructor.name : undefined;
  const type = known ?? ofClass ?? 'Error';
  return NAME.test(type) ? type : 'Error';
}

/** The lines of a stack that name places in code; its head repeats the message. */
function framesOf({ stack, message }: Record<string, unknown>): string | undefined {
  if (typeof stack !== 'string') return undefined;
  const head = typeof message === 'string' ? stack.indexOf(message) : -1;
  const rest = head < 0 ? stack : stack.slice(head + (message as string).length);
  const frames = rest
    .split('\n')
    .filter((line) => /^\s+at .*(:\d+:\d+\)?|\(<anonymous>\)|native\))$/.test(line));
  return frames.length === 0 ? undefined : frames.join('\n');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
