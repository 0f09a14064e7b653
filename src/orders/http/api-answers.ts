import type { OpenAPIObject } from '@nestjs/swagger';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Response = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;
type Schema = Record<string, unknown>;
type Header = keyof typeof HEADERS;

/** What the controllers cannot say of an operation in one place: its name, and what its answers look like. */
interface OperationFacts {
  readonly id: string;
  /** Of the operations that come out of packages. */
  readonly summary?: string;
  /** By status: the headers that stand there, and the body where the controller has not said it. */
  readonly answers: Readonly<Record<string, AnswerFacts>>;
}

interface AnswerFacts {
  readonly description?: string;
  readonly headers?: readonly Header[];
  readonly schema?: Schema;
  readonly mediaType?: string;
  readonly example?: unknown;
}

const text = (description: string, example: string): Schema => ({
  description,
  schema: { type: 'string' },
  example,
});

const HEADERS = {
  ETag: text(
    'A strong validator of the order: its version, and digits of its content',
    '"v1-0123456789abcdef"',
  ),
  Link: text('The next page, where there is one (RFC 8288)', '</api/orders?limit=2&cursor=MS9h>; rel="next"'),
  Location: text('Where the order is', '/api/orders/b563feb7b2b84b6test'),
  'Retry-After': text('Seconds after which to try again', '1'),
  Allow: text('The methods that are possible here', 'GET, HEAD'),
  'X-Cache': {
    description: 'Whether a cache had the answer',
    schema: { type: 'string', enum: ['HIT', 'MISS'] },
    example: 'HIT',
  },
  'X-Order-Status': {
    description: 'What the order is',
    schema: { type: 'string', enum: ['received', 'updated'] },
    example: 'received',
  },
  'X-Order-Version': {
    description: '1 for a new order, one higher with each change',
    schema: { type: 'integer', minimum: 1 },
    example: 1,
  },
  'X-Received-At': {
    description: 'When its first version came',
    schema: { type: 'string', format: 'date-time' },
    example: '2021-11-26T06:22:20.123456Z',
  },
} as const;

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const RECEIPT: AnswerFacts = { headers: ['ETag', 'Location'], schema: ref('OrderReceipt') };
const HEALTH: AnswerFacts = { description: 'All is up', schema: ref('HealthReport') };
const DOWN: AnswerFacts = {
  description: 'Something is down; the report says what',
  schema: ref('HealthReport'),
  mediaType: 'application/json',
};
const COUNT: Schema = { type: 'integer', minimum: 0 };
const health = (id: string): OperationFacts => ({ id, answers: { 200: HEALTH, 503: DOWN } });
const objectOf = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

const OPERATIONS: Readonly<Record<string, OperationFacts>> = {
  'get /health': health('getHealth'),
  'get /health/live': health('getLiveness'),
  'get /health/ready': health('getReadiness'),
  'get /metrics': {
    id: 'getMetrics',
    summary: 'Metrics, as Prometheus reads them',
    answers: { 200: { description: 'The samples', schema: { type: 'string' }, mediaType: 'text/plain' } },
  },
  'get /api/events': {
    id: 'watchOrders',
    answers: {
      200: {
        description: 'Events until the client ends it',
        schema: { type: 'string' },
        mediaType: 'text/event-stream',
      },
    },
  },
  'get /api/orders': { id: 'listOrders', answers: { 200: { headers: ['Link'], schema: ref('OrderPage') } } },
  'post /api/orders': { id: 'submitOrder', answers: { 200: RECEIPT, 201: RECEIPT } },
  'get /api/orders/{order_uid}': {
    id: 'getOrder',
    answers: {
      200: { headers: ['ETag', 'X-Cache', 'X-Order-Status', 'X-Order-Version', 'X-Received-At'] },
      304: { headers: ['ETag', 'X-Cache'] },
      404: { headers: ['X-Cache'] },
    },
  },
  'put /api/orders/{order_uid}': { id: 'replaceOrder', answers: { 200: RECEIPT } },
  'post /api/orders/test': {
    id: 'sendTestOrders',
    answers: { 202: { headers: ['Location'], schema: ref('TestOrders') } },
  },
  'get /api/dead-letters': { id: 'listDeadLetters', answers: { 200: { headers: ['Link'] } } },
  'get /api/dead-letters/{id}': { id: 'getDeadLetter', answers: {} },
  'delete /api/dead-letters/{id}': { id: 'discardDeadLetter', answers: {} },
  'post /api/dead-letters/replay': {
    id: 'replayDeadLetters',
    answers: {
      200: { schema: objectOf({ matching: COUNT }), example: { matching: 0 } },
      202: { schema: objectOf({ replayed: COUNT }), example: { replayed: 1 } },
    },
  },
  'post /api/dead-letters/{id}/replay': { id: 'replayDeadLetter', answers: {} },
};

const TEXT: Schema = { type: 'string' };
const MOMENT: Schema = { type: 'string', format: 'date-time' };
const UID: Schema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };
const VERSION: Schema = { type: 'integer', minimum: 1 };

export const ANSWER_SCHEMAS: Readonly<Record<string, Schema>> = {
  OrderSummary: objectOf({
    order_uid: UID,
    track_number: TEXT,
    customer_id: TEXT,
    status: { type: 'string', enum: ['received', 'updated'] },
    version: VERSION,
    received_at: MOMENT,
    date_created: TEXT,
    amount: { type: 'integer', description: 'Minor units of the currency' },
    currency: TEXT,
    items: { type: 'integer', minimum: 1, description: 'How many' },
  }),
  OrderPage: {
    description: 'By `view`: whole orders, or what a row of a list shows of each',
    anyOf: [
      { type: 'array', items: ref('Order') },
      { type: 'array', items: ref('OrderSummary') },
    ],
  },
  OrderReceipt: objectOf({
    order_uid: UID,
    version: VERSION,
    outcome: {
      type: 'string',
      enum: ['stored', 'updated', 'unchanged', 'stale', 'overtaken'],
      description: 'What became of it: a new order, other content, or the content that was there',
    },
    totals_match: { type: 'boolean', description: 'Whether its amounts add up' },
  }),
  TestOrders: {
    type: 'object',
    required: ['order_uid'],
    properties: {
      order_uid: UID,
      order_uids: { type: 'array', items: UID, description: 'Of more than one' },
    },
  },
  HealthReport: objectOf({
    status: { type: 'string', enum: ['up', 'down'] },
    parts: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['up'],
        properties: { up: { type: 'boolean' }, detail: { type: 'string', description: 'Why not' } },
      },
    },
  }),
};

/** Values with which each operation can be tried: the order is stored by the example of its POST. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  order_uid: 'b563feb7b2b84b6test',
  id: 1,
  'If-Match': '*',
  'If-None-Match': '"v1-0123456789abcdef"',
  'Idempotency-Key': 'a-key-of-your-own',
  count: 1,
  limit: 2,
  customer_id: 'test',
  track_number: 'WBILMTESTTRACK',
  delivery_service: 'meest',
};

const NOT_EMPTY: Schema = { type: 'string', minLength: 1 };
const MOMENT_OR_DATE: Schema = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}([Tt].+)?$',
  description: 'RFC 3339 time or date',
};

/** What parameters may hold, where the controllers only say that they are texts. */
const PARAMETERS: Readonly<Record<string, Schema>> = {
  cursor: { ...NOT_EMPTY, description: 'Out of the Link header of a page' },
  customer_id: NOT_EMPTY,
  track_number: NOT_EMPTY,
  delivery_service: NOT_EMPTY,
  topic: NOT_EMPTY,
  reason: NOT_EMPTY,
  from: MOMENT_OR_DATE,
  to: MOMENT_OR_DATE,
  'Idempotency-Key': { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
};

const PROBLEM_CONTENT = { 'application/problem+json': { schema: ref('Problem') } };
/** What any request can get: for what it is itself, and for more being under way than can be held. */
const ANY_REQUEST = {
  '4XX': { description: 'A fault of the request; the problem says which', content: PROBLEM_CONTENT },
  '5XX': {
    description: 'Not at the moment; nothing was done where no answer says otherwise',
    headers: { 'Retry-After': HEADERS['Retry-After'] },
    content: PROBLEM_CONTENT,
  },
};

/**
 * Completes the description that Nest has made of the controllers.
 *
 * @throws Error for an operation that nothing is known of
 */
export function describeAnswers(paths: Paths, exampleOrder: unknown): void {
  for (const [path, item] of Object.entries(paths)) {
    for (const method of ['get', 'post', 'put', 'delete'] as const) {
      const operation = item[method];
      if (operation !== undefined) describeOperation(`${method} ${path}`, operation, exampleOrder);
    }
  }
}

function describeOperation(name: string, operation: Operation, exampleOrder: unknown): void {
  const facts = OPERATIONS[name];
  if (facts === undefined) throw new Error(`nothing is known of the answers of ${name}: see api-answers.ts`);
  operation.operationId = facts.id;
  operation.summary ??= facts.summary;
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter)) continue;
    const { name: parameterName } = parameter;
    if (parameterName in EXAMPLES) parameter.example ??= EXAMPLES[parameterName];
    if (parameterName in PARAMETERS) parameter.schema = PARAMETERS[parameterName]!;
  }
  const statuses = new Set([...Object.keys(operation.responses), ...Object.keys(facts.answers)]);
  for (const status of statuses) {
    const given = (operation.responses[status] ?? { description: '' }) as Response;
    operation.responses[status] = responseOf(status, given, facts.answers[status] ?? {});
  }
  Object.assign(operation.responses, ANY_REQUEST);
  const body = operation.requestBody;
  if (body !== undefined && 'content' in body) {
    const [content] = Object.values(body.content);
    const takesOrder = JSON.stringify(content?.schema) === JSON.stringify(ref('Order'));
    body.content = {
      'application/json': { ...content, example: takesOrder ? exampleOrder : { all: true, dry_run: true } },
    };
  }
}

function responseOf(status: string, given: Response, facts: AnswerFacts): Response {
  const description = given.description || (facts.description ?? 'As asked');
  const names: readonly Header[] = [
    ...(facts.headers ?? []),
    ...(status === '503' ? ['Retry-After' as const] : []),
  ];
  const headers = Object.fromEntries(names.map((name) => [name, HEADERS[name]]));
  const response = { description, ...(names.length > 0 && { headers }) } as Response;
  if (status === '204' || status === '304') return response;
  if (Number(status) >= 400 && facts.mediaType === undefined)
    return { ...response, content: PROBLEM_CONTENT };
  const schema = (facts.schema ?? Object.values(given.content ?? {})[0]?.schema ?? {}) as Schema;
  const example = facts.example === undefined ? {} : { example: facts.example };
  return { ...response, content: { [facts.mediaType ?? 'application/json']: { schema, ...example } } };
}
