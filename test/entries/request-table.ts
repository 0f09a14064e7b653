import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An entry as its envelope has it; texts of JSON, to the letter. */
export interface ExpectedEntry {
  readonly value: string;
  readonly version: number;
  readonly ttl?: string;
  readonly metadata?: string;
}

export interface ExpectedAnswer {
  readonly status: number;
  /** By name in lower case; null: it is not there. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** The whole body: a text, or bytes in base64. */
  readonly body?: string;
  readonly base64?: string;
  /** The body is the envelope of an entry, whose key is that of the path, or this one. */
  readonly entry?: ExpectedEntry;
  readonly key?: string;
  /** The body is that of `batch/get`. */
  readonly entries?: Readonly<Record<string, ExpectedEntry>>;
  readonly missing?: readonly string[];
  /** The body is a problem with this code, and with faults at these paths. */
  readonly code?: string;
  readonly error?: string;
  readonly paths?: readonly string[];
  /** It leads to another page. */
  readonly next?: true;
}

/**
 * A request and the answer to it. In all texts of a request, and in what is expected, `<x*3>` stands for `xxx`, `<byte:ff>`
 * for that byte, `<name>` for the ETag that was kept by this name, and `<next>` for where the last Link has led.
 */
export interface Row {
  readonly name: string;
  /** `GET /v1/cache/a` */
  readonly request: string;
  /** Fields of its head: `X-Instance-ID: a`. */
  readonly fields?: readonly string[];
  /** Its body: JSON, of which this says the type; any text; or bytes in base64. */
  readonly json?: string;
  readonly body?: string;
  readonly base64?: string;
  readonly answer: ExpectedAnswer;
  /** The name by which the answer's ETag is kept. */
  readonly keep?: string;
  /** It is asked until the answer is so. */
  readonly eventually?: true;
}

/** Told in their order: later ones are about what earlier ones have left. */
export const ROWS: readonly Row[] = readFileSync(join(import.meta.dirname, 'requests.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** What `<name>` stands for. */
export type Names = Map<string, string>;

const REPEATED = /<([^<>*]+)\*(\d+)>/g;
const NAMED = /<([a-z]+)>/g;
const BYTE = /<byte:([\da-f]{2})>/;

export const expanded = (text: string, names: Names = new Map()): string =>
  text
    .replaceAll(REPEATED, (_all, repeated: string, times: string) => repeated.repeat(Number(times)))
    .replaceAll(NAMED, (all, name: string) => names.get(name) ?? all);

/** As UTF-8, but for what is written as a byte. */
const bytesOf = (text: string): Buffer =>
  Buffer.concat(
    text.split(BYTE).map((part, at) => (at % 2 === 0 ? Buffer.from(part) : Buffer.from(part, 'hex'))),
  );

/** The bytes that go over the wire. @param host where the program listens */
export function requestOf(
  { request, fields = [], json, body, base64 }: Row,
  host: string,
  names: Names,
): Buffer {
  const content =
    base64 === undefined ? Buffer.from(expanded(json ?? body ?? '')) : Buffer.from(base64, 'base64');
  const hasContent = (json ?? body ?? base64) !== undefined;
  const lines = [
    `${request} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    ...(json === undefined ? [] : ['Content-Type: application/json']),
    ...(hasContent ? [`Content-Length: ${content.length}`] : []),
    ...fields,
    '',
    '',
  ];
  return Buffer.concat([bytesOf(expanded(lines.join('\r\n'), names)), content]);
}
