import { expect } from 'vitest';
import { type ExpectedAnswer, type ExpectedEntry, expanded, type Names, type Row } from './request-table.js';

/** What came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const TIME = String.raw`"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"`;
const SECURITY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** @param bytes all that came until the connection was closed */
export function rawAnswerOf(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const pairs = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const fields = new Map(pairs);
  expect(fields.size, 'no field stands there twice').toBe(pairs.length);
  expect(fields.has('transfer-encoding'), 'its length is told').toBe(false);
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]), fields, body: bytes.subarray(end + 4) };
}

/** Compares an answer with what is expected, and keeps what later rows name. */
export function expectAnswer(row: Row, answer: RawAnswer, names: Names): void {
  const { answer: expected } = row;
  const text = answer.body.toString();
  expect(answer.status, text.slice(0, 1_000)).toBe(expected.status);
  expectFields(row, answer, names);
  if (expected.body !== undefined) expectSame(text, expanded(expected.body));
  if (expected.base64 !== undefined) expect(answer.body.toString('base64')).toBe(expected.base64);
  if (expected.entry !== undefined) expectEnvelope(row, answer, expected.entry);
  if (expected.entries !== undefined) expectBatch(text, expected);
  if (expected.code !== undefined) expectProblem(answer, expected);
  if (row.keep !== undefined) names.set(row.keep, answer.fields.get('etag')!);
  const link = answer.fields.get('link');
  expect(link !== undefined, 'it leads to another page').toBe(expected.next === true);
  if (link !== undefined) names.set('next', /^<([^>]+)>; rel="next"$/.exec(link)![1]!);
}

function expectFields(
  { request, answer: expected }: Row,
  { status, fields, body }: RawAnswer,
  names: Names,
): void {
  for (const [name, value] of Object.entries(expected.fields ?? {})) {
    expect(fields.get(name), name).toBe(value === null ? undefined : expanded(value, names));
  }
  if (status !== 304) expect(Object.fromEntries(fields)).toMatchObject(SECURITY);
  const isRead = /^(GET|HEAD) /.test(request) && status < 400 && !/\/v1\/cache(\?|$)/.test(request);
  if (!request.includes('<next>')) expect(fields.get('cache-control')).toBe(isRead ? 'no-cache' : 'no-store');
  if (!request.startsWith('HEAD ') && status !== 304 && status !== 204) {
    expect(fields.get('content-length')).toBe(String(body.length));
  }
}

/** A long text that differs is not shown whole. */
function expectSame(text: string, expected: string): void {
  if (expected.length < 10_000) expect(text).toBe(expected);
  else expect(text === expected, `${text.length} characters, such as ${text.slice(0, 100)}`).toBe(true);
}

function expectEnvelope(row: Row, { body, fields }: RawAnswer, entry: ExpectedEntry): void {
  const text = body.toString();
  const key = row.answer.key ?? keyOf(row);
  const tail = new RegExp(`"created_at":${TIME},"updated_at":${TIME}}$`);
  const [times = '', createdAt = '', updatedAt = ''] = tail.exec(text) ?? [];
  expectSame(text, expanded(headOf(expanded(key), entry)) + times);
  expect(times).not.toBe('');
  expect(createdAt <= updatedAt).toBe(true);
  expect(fields.get('etag')).toBe(`"${entry.version}-${microsecondsOf(createdAt)}"`);
  expect(fields.get('content-type')).toBe('application/json; charset=utf-8');
}

const keyOf = ({ request }: Row): string => decodeURIComponent(request.split('/').at(-1)!);

const headOf = (key: string, { value, version, ttl, metadata }: ExpectedEntry): string =>
  `{"key":${JSON.stringify(key)},"value":${value},"version":${version},` +
  (ttl === undefined ? '' : `"ttl":${ttl},`) +
  (metadata === undefined ? '' : `"metadata":${metadata},`);

const microsecondsOf = (time: string): number => Date.parse(time) * 1_000 + Number(time.slice(-4, -1));

function expectBatch(text: string, { entries = {}, missing = [] }: ExpectedAnswer): void {
  const shown = Object.entries(entries).map(([key, entry]) => `${JSON.stringify(key)}:${headOf(key, entry)}`);
  const times = new RegExp(`"created_at":${TIME},"updated_at":${TIME}(?=})`, 'g');
  expect(text.replaceAll(times, '')).toBe(
    `{"entries":{${shown.map((one) => `${one}}`).join(',')}},"missing":${JSON.stringify(missing)}}`,
  );
}

function expectProblem({ status, fields, body }: RawAnswer, { code, error, paths }: ExpectedAnswer): void {
  expect(fields.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem = JSON.parse(body.toString()) as Record<string, unknown> & { errors?: { path: string }[] };
  expect(problem).toMatchObject({ type: 'about:blank', status, code });
  expect(problem['error']).toBe(error ?? problem['detail']);
  expect(problem['error']).toMatch(/\w/);
  expect((problem.errors ?? []).map(({ path }) => path)).toEqual(paths?.length ? paths : expect.anything());
}
