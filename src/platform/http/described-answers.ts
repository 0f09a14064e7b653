import type { OpenAPIObject } from '@nestjs/swagger';
import {
  type AnswerFacts,
  type ApiFacts,
  type ApiSchema,
  headerText,
  type OperationFacts,
  schemaRef,
} from './api-facts.js';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Response = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;

const RETRY_AFTER = headerText('Seconds after which to try again', '1');

const NOT_EMPTY: ApiSchema = { type: 'string', minLength: 1 };
const MOMENT_OR_DATE: ApiSchema = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}([Tt].+)?$',
  description: 'RFC 3339 time or date',
};

/** Of what the platform's mechanics give all: pages, bounds of time, keys, answers that come later. */
const COMMON: Required<Pick<ApiFacts, 'headers' | 'parameters' | 'examples'>> = {
  headers: {
    Link: headerText(
      'The next page, where there is one (RFC 8288)',
      '</api/orders?limit=2&cursor=MS9h>; rel="next"',
    ),
    'Retry-After': RETRY_AFTER,
  },
  parameters: {
    cursor: { ...NOT_EMPTY, description: 'Out of the Link header of a page' },
    from: MOMENT_OR_DATE,
    to: MOMENT_OR_DATE,
    'Idempotency-Key': { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  },
  examples: { 'Idempotency-Key': 'a-key-of-your-own', limit: 2 },
};

const PROBLEM_CONTENT = { 'application/problem+json': { schema: schemaRef('Problem') } };
/** Answers that any request can get: it is malformed, or too many requests are under way. */
const ANY_REQUEST = {
  '4XX': { description: 'A fault of the request; the problem says which', content: PROBLEM_CONTENT },
  '5XX': {
    description: 'Not at the moment; nothing was done where no answer says otherwise',
    headers: { 'Retry-After': RETRY_AFTER },
    content: PROBLEM_CONTENT,
  },
};

/**
 * Completes the OpenAPI description that Nest derives from the controllers. An operation without facts of its own stays as
 * derived, plus the answers that any request can get.
 */
export function describeAnswers(paths: Paths, all: readonly ApiFacts[]): void {
  for (const [path, item] of Object.entries(paths)) {
    for (const method of ['get', 'post', 'put', 'delete'] as const) {
      const operation = item[method];
      if (operation === undefined) continue;
      const name = `${method} ${path}`;
      const facts = all.find(({ operations }) => name in operations);
      if (facts !== undefined) describeOperation(operation, facts.operations[name]!, facts);
      Object.assign(operation.responses, ANY_REQUEST);
    }
  }
}

function describeOperation(
  operation: Operation,
  { id, summary, answers, exampleBody }: OperationFacts,
  facts: ApiFacts,
): void {
  operation.operationId = id;
  operation.summary ??= summary;
  const examples = { ...COMMON.examples, ...facts.examples };
  const schemas = { ...COMMON.parameters, ...facts.parameters };
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter)) continue;
    const { name } = parameter;
    if (name in examples) parameter.example ??= examples[name];
    if (name in schemas) parameter.schema = schemas[name]!;
  }
  const headers = { ...COMMON.headers, ...facts.headers };
  const statuses = new Set([...Object.keys(operation.responses), ...Object.keys(answers)]);
  for (const status of statuses) {
    const given = (operation.responses[status] ?? { description: '' }) as Response;
    operation.responses[status] = responseOf(status, given, answers[status] ?? {}, headers);
  }
  const body = operation.requestBody;
  if (body !== undefined && 'content' in body) {
    const [[mediaType, content] = ['application/json', {}]] = Object.entries(body.content);
    body.content = { [mediaType]: { ...content, example: exampleBody } };
  }
}

function responseOf(
  status: string,
  given: Response,
  facts: AnswerFacts,
  described: Readonly<Record<string, ApiSchema>>,
): Response {
  const description = given.description || (facts.description ?? 'As asked');
  const names = [...(facts.headers ?? []), ...(status === '503' ? ['Retry-After'] : [])];
  const headers = Object.fromEntries(names.map((name) => [name, described[name]]));
  const response = { description, ...(names.length > 0 && { headers }) } as Response;
  if (status === '204' || status === '304' || facts.hasNoBody) return response;
  if (Number(status) >= 400 && facts.mediaType === undefined)
    return { ...response, content: PROBLEM_CONTENT };
  const schema = (facts.schema ?? Object.values(given.content ?? {})[0]?.schema ?? {}) as ApiSchema;
  const example = facts.example === undefined ? {} : { example: facts.example };
  const mediaTypes = [facts.mediaType ?? 'application/json', ...(facts.otherMediaTypes ?? [])];
  const content = Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema, ...example }]));
  return { ...response, content };
}
