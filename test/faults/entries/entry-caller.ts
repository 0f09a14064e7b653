import type { Seen } from './entry-operations.js';
import type { EntryRecorder } from './entry-recorder.js';
import {
  BYTES_TYPE,
  type Content,
  contentOf,
  type Envelope,
  jsonOf,
  type Place,
  serialInBytes,
  serialInJson,
} from './entry-values.js';
import { type Answer, KeptRequests, type Outcome, type Request } from './kept-requests.js';

const TOLD_CHARACTERS = 300;

interface Found {
  readonly entries: Readonly<Record<string, Envelope>>;
  readonly missing: readonly string[];
}

export interface WriteOptions {
  readonly ttlSeconds?: number;
  readonly ifVersion?: { readonly version: number; readonly etag: string };
  readonly ifAbsent?: boolean;
  /** X-Write-Timestamp: so many milliseconds ago. */
  readonly agoMs?: number;
}

/** A caller of one replica, with one connection that is kept. What it does and is told it adds to the history. */
export class EntryCaller {
  private readonly requests: KeptRequests;

  constructor(
    private readonly replica: string,
    url: string,
    private readonly recorder: EntryRecorder,
  ) {
    this.requests = new KeptRequests(url);
  }

  close(): void {
    this.requests.close();
  }

  /** @returns whether it was answered */
  async get(place: Place): Promise<boolean> {
    const outcome = await this.requests.send(requestOf('GET', place));
    const answer = this.recorder.take('get', outcome, [200, 404]);
    if (answer !== undefined) this.saw(place, outcome, seenIn(place, answer), answer.etag);
    return answer !== undefined;
  }

  /** Asks whether it is still as the ETag says. */
  async getUnlessSame(place: Place): Promise<boolean> {
    const tag = this.recorder.tagOf(place);
    if (tag === undefined) return this.get(place);
    const outcome = await this.requests.send(requestOf('GET', place, { 'if-none-match': tag.etag }));
    const answer = this.recorder.take('get if other', outcome, [200, 304, 404]);
    if (answer === undefined) return false;
    const seen: Seen =
      answer.status === 304 ? { what: 'value', version: tag.version } : seenIn(place, answer);
    this.saw(place, outcome, seen, answer.etag);
    return true;
  }

  async put(place: Place, options: WriteOptions = {}): Promise<boolean> {
    const serial = this.recorder.nextSerial();
    const { ttlSeconds } = options;
    const { agoMs } = options;
    const writtenAtMs = agoMs === undefined ? undefined : performance.now() - agoMs;
    const content = contentOf(place, serial);
    const outcome = await this.requests.send(putOf(place, content, options, writtenAtMs, serial));
    const answer = this.recorder.take(operationOf('put', options), outcome, [200, 201, 409, 412]);
    const told = isDone(answer) ? toldIn(place, answer) : undefined;
    const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * 1_000;
    this.wrote(place, outcome, answer, { serial, kind: 'put', ttlMs, writtenAtMs, ...told }, options);
    if (told !== undefined && answer?.etag !== undefined) {
      this.recorder.note(place, told.version, answer.etag);
    }
    return answer !== undefined;
  }

  async remove(place: Place, options: WriteOptions = {}): Promise<boolean> {
    const serial = this.recorder.nextSerial();
    const { agoMs } = options;
    const writtenAtMs = agoMs === undefined ? undefined : performance.now() - agoMs;
    const outcome = await this.requests.send(requestOf('DELETE', place, conditionsOf(options, writtenAtMs)));
    const answer = this.recorder.take(operationOf('delete', options), outcome, [204, 404, 409, 412]);
    this.wrote(place, outcome, answer, { serial, kind: 'delete', writtenAtMs }, options);
    return answer !== undefined;
  }

  /** @param places of one tenant */
  async getAll(places: readonly Place[]): Promise<boolean> {
    const keys = places.map(({ key }) => key);
    const outcome = await this.requests.send(batchOf('get', places[0]!, JSON.stringify({ keys })));
    const answer = this.recorder.take('batch/get', outcome, [200]);
    if (answer === undefined) return false;
    const text = answer.body.toString();
    const { entries, missing } = JSON.parse(text) as Found;
    for (const place of places) {
      const envelope = entries[place.key];
      if (envelope !== undefined) this.saw(place, outcome, seenInEnvelope(place, envelope, text));
      else if (missing.includes(place.key)) this.saw(place, outcome, { what: 'absent' });
      else this.recorder.object(`batch/get says nothing of ${JSON.stringify(place)}`);
    }
    return true;
  }

  /** @param places of one tenant */
  async putAll(places: readonly Place[], ttlSeconds?: number): Promise<boolean> {
    const batch = this.recorder.nextBatch();
    const serials = places.map(() => this.recorder.nextSerial());
    const ttl = ttlSeconds === undefined ? '' : `,"ttl":${ttlSeconds}`;
    const entries = places.map((place, index) => {
      const value = jsonOf(contentOf(place, serials[index]!));
      return `${JSON.stringify(place.key)}:{"value":${value}${ttl}}`;
    });
    const outcome = await this.requests.send(batchOf('set', places[0]!, `{"entries":{${entries.join()}}}`));
    const answer = this.recorder.take('batch/set', outcome, [200]);
    const told = answer && (JSON.parse(answer.body.toString()) as { entries: Record<string, Envelope> });
    for (const [index, place] of places.entries()) {
      const version = told?.entries[place.key]?.version;
      if (told !== undefined && version === undefined) {
        this.recorder.object(`batch/set tells no version of ${JSON.stringify(place)}`);
      }
      const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * 1_000;
      this.wrote(place, outcome, answer, { serial: serials[index]!, kind: 'put', ttlMs, batch, version });
    }
    return answer !== undefined;
  }

  /** @param places all of one tenant */
  async list(places: readonly Place[]): Promise<boolean> {
    const { instance } = places[0]!;
    const headers = { 'x-instance-id': instance };
    const outcome = await this.requests.send({ method: 'GET', path: '/v1/cache?limit=100', headers });
    const answer = this.recorder.take('list', outcome, [200]);
    if (answer === undefined) return false;
    const keys = new Set(JSON.parse(answer.body.toString()) as string[]);
    for (const place of places) {
      const seen: Seen = { what: keys.delete(place.key) ? 'present' : 'absent' };
      const { startMs, endMs } = outcome;
      this.recorder.read(place, {
        replica: this.replica,
        startMs,
        endMs,
        seen,
        isOrdered: true,
        isPassing: true,
      });
    }
    if (keys.size > 0) this.recorder.object(`the list of ${instance} has ${JSON.stringify([...keys])}`);
    return true;
  }

  private saw(place: Place, { startMs, endMs }: Outcome, seen: Seen, etag?: string): void {
    this.recorder.read(place, { replica: this.replica, startMs, endMs, seen }, etag);
  }

  private wrote(
    place: Place,
    { answer: outcome, startMs, endMs }: Outcome,
    answer: Answer | undefined,
    write: {
      readonly serial: number;
      readonly kind: 'put' | 'delete';
      readonly ttlMs?: number | undefined;
      readonly writtenAtMs?: number | undefined;
      readonly batch?: number | undefined;
      readonly version?: number | undefined;
    },
    { ifVersion, ifAbsent }: WriteOptions = {},
  ): void {
    if (outcome === 'not sent') return;
    const { replica } = this;
    const when = { replica, startMs, endMs };
    const known = { ...write, ...when, ifVersion: ifVersion?.version, ifAbsent };
    if (answer === undefined) return this.recorder.write(place, { ...known, outcome: 'unanswered' });
    if (isDone(answer)) return this.recorder.write(place, { ...known, outcome: 'acknowledged' });
    const { status } = answer;
    this.recorder.write(place, { ...known, outcome: 'refused', isOutdated: status === 409 });
    const seen = status === 409 ? undefined : refusalOf(status, { ifVersion, ifAbsent });
    if (seen !== undefined) this.recorder.read(place, { ...when, seen, isOrdered: true });
  }
}

const isDone = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.status >= 200 && answer.status < 300;

/** What a refusal tells of the key. */
function refusalOf(status: number, { ifVersion, ifAbsent }: WriteOptions): Seen | undefined {
  if (status === 404) return { what: 'absent' };
  if (ifAbsent === true) return { what: 'present' };
  return ifVersion === undefined ? undefined : { what: 'not', version: ifVersion.version };
}

const pathOf = ({ key }: Place): string =>
  // `..` and `.` are taken as steps by whoever normalizes addresses.
  `/v1/cache/${encodeURIComponent(key).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))}`;

const requestOf = (
  method: Request['method'],
  place: Place,
  headers: Readonly<Record<string, string>> = {},
): Request => ({ method, path: pathOf(place), headers: { 'x-instance-id': place.instance, ...headers } });

const batchOf = (which: 'get' | 'set', { instance }: Place, body: string): Request => ({
  method: 'POST',
  path: `/v1/cache/batch/${which}`,
  headers: { 'x-instance-id': instance, 'content-type': 'application/json' },
  body,
});

function putOf(
  place: Place,
  content: Content,
  options: WriteOptions,
  writtenAtMs: number | undefined,
  serial: number,
): Request {
  const { ttlSeconds } = options;
  const request = requestOf(serial % 2 === 0 ? 'PUT' : 'POST', place, conditionsOf(options, writtenAtMs));
  const { headers, path } = request;
  if ('bytes' in content) {
    const query = ttlSeconds === undefined ? '' : `?ttl=${ttlSeconds}`;
    const body = content.bytes;
    return { ...request, path: path + query, headers: { ...headers, 'content-type': BYTES_TYPE }, body };
  }
  const ttl = ttlSeconds === undefined ? '' : `,"ttl":${ttlSeconds}`;
  const body = `{"value":${content.json}${ttl}}`;
  return { ...request, headers: { ...headers, 'content-type': 'application/json' }, body };
}

function conditionsOf(
  { ifVersion, ifAbsent }: WriteOptions,
  writtenAtMs: number | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (ifVersion !== undefined) headers['if-match'] = ifVersion.etag;
  if (ifAbsent === true) headers['if-none-match'] = '*';
  if (writtenAtMs !== undefined) {
    // By one clock, which is not read again: a pause between two readings would be a difference.
    headers['x-write-timestamp'] = new Date(performance.timeOrigin + writtenAtMs).toISOString();
  }
  return headers;
}

function operationOf(kind: string, { ttlSeconds, ifVersion, ifAbsent, agoMs }: WriteOptions): string {
  if (ifVersion !== undefined) return `${kind} if same`;
  if (ifAbsent === true) return `${kind} if absent`;
  if (agoMs !== undefined) return `${kind} with a time`;
  return ttlSeconds === undefined ? kind : `${kind} with a TTL`;
}

/** What the answer to a write says. */
function toldIn(place: Place, { status, body }: Answer) {
  const { version, created_at: createdAt } = JSON.parse(body.toString()) as Envelope;
  return { version, createdAt, isNew: status === 201 };
}

function seenIn(place: Place, { status, etag = '', contentType, body }: Answer): Seen {
  if (status === 404) return { what: 'absent' };
  if (!contentType.startsWith(BYTES_TYPE)) {
    const text = body.toString();
    return seenInEnvelope(place, JSON.parse(text) as Envelope, text, etag);
  }
  const serial = serialInBytes(body);
  const version = Number(/^"(\d+)-\d+"$/.exec(etag)?.[1] ?? NaN);
  const written = serial === undefined ? undefined : contentOf(place, serial);
  if (serial === undefined || written === undefined || !('bytes' in written) || !written.bytes.equals(body)) {
    return { what: 'foreign', told: body.toString().slice(0, TOLD_CHARACTERS) };
  }
  return { what: 'value', version, serial };
}

/** @param text of the answer that the envelope stands in, to the byte */
function seenInEnvelope(place: Place, envelope: Envelope, text: string, etag?: string): Seen {
  const { key, version, created_at: createdAt, value } = envelope;
  const serial = serialInJson(value);
  const exact =
    serial !== undefined &&
    `{"key":${JSON.stringify(place.key)},"value":${jsonOf(contentOf(place, serial))},"version":${version}`;
  if (exact === false || key !== place.key || !text.includes(exact)) {
    return { what: 'foreign', told: text.slice(0, TOLD_CHARACTERS) };
  }
  if (etag !== undefined && !etag.startsWith(`"${version}-`)) {
    return { what: 'foreign', told: `ETag ${etag} of version ${version}` };
  }
  return { what: 'value', version, serial: serial, createdAt };
}
