import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { sampleOrder } from '../support/sample-order.js';
import { SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { type Answer, anOrder, ask, store } from './api.js';

/** An example of a parameter, as it is sent. */
const textOf = (example: unknown): string =>
  typeof example === 'string' ? example : JSON.stringify(example);

interface Media {
  readonly schema: object;
  readonly example?: unknown;
}
interface Described {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly schema: object; readonly example: unknown }>>;
  readonly content?: Readonly<Record<string, Media>>;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required?: boolean;
    readonly schema: object;
    readonly example?: string | number;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Described>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly servers: readonly unknown[];
  readonly security: readonly unknown[];
}

/** Headers that stand in some of the answers that name them. */
const SOMETIMES = ['Link', 'Retry-After'];

describe('/swagger/json', () => {
  let waybill: WaybillProcess;
  let document: Document;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  beforeAll(async () => {
    waybill = await startWaybill({ env: SHOP });
    document = JSON.parse((await ask(`${waybill.url}/swagger/json`)).text) as Document;
    ajv.addSchema(document, 'api');
  });
  afterAll(() => waybill.stop());

  function operations(): { path: string; method: string; operation: Operation }[] {
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  }

  function escaped(step: string): string {
    return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
  }

  /** What the document says of an answer with this status. */
  function describedIn(path: string, method: string, status: number): [key: string, described: Described] {
    const { responses } = document.paths[path]![method]!;
    const key = [String(status), `${Math.floor(status / 100)}XX`].find((one) => one in responses);
    expect(key, `${method} ${path} says nothing of ${status}`).toBeDefined();
    return [key!, responses[key!]!];
  }

  function expectAsDescribed(path: string, method: string, answer: Answer): void {
    const [key, described] = describedIn(path, method, answer.status);
    for (const name of Object.keys(described.headers ?? {})) {
      if (!SOMETIMES.includes(name))
        expect(answer.headers.has(name), `${name} of ${method} ${path}`).toBe(true);
    }
    if (answer.text === '') return;
    const mediaType = answer.headers.get('content-type')!.split(';')[0]!;
    expect(Object.keys(described.content ?? {})).toContain(mediaType);
    if (!mediaType.endsWith('json')) return;
    const steps = ['paths', path, method, 'responses', key, 'content', mediaType, 'schema'];
    const validate = ajv.compile({ $ref: `api#/${steps.map(escaped).join('/')}` });
    expect(validate(JSON.parse(answer.text)), `${answer.text}\n${ajv.errorsText(validate.errors)}`).toBe(
      true,
    );
  }

  /** Sends the operation's own examples. */
  async function tryOut(path: string, method: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { parameters = [], requestBody } = document.paths[path]![method]!;
    const url = new URL(path.replaceAll('{', ':').replaceAll('}', ''), waybill.url);
    for (const { name, in: place, example, required } of parameters) {
      if (required) expect(example, `${name} of ${method} ${path}`).toBeDefined();
      if (place === 'path') url.pathname = url.pathname.replace(`:${name}`, textOf(example));
      else if (place === 'query' && example !== undefined) url.searchParams.set(name, textOf(example));
      else if (place === 'header' && required) headers[name] = textOf(example);
    }
    const [mediaType, body] =
      Object.entries(requestBody?.content ?? {}).map(([type, { example }]) => [type, example] as const)[0] ??
      [];
    if (requestBody) expect(body, `the body of ${method} ${path}`).toBeDefined();
    return ask(url.href, {
      method: method.toUpperCase(),
      headers: { ...headers, ...(body !== undefined && { 'content-type': mediaType! }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  it('names every operation, by a name of its own, and where it is', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations()) {
      expect(operation.operationId).toMatch(/^[a-z]+[A-Z]\w+$/);
      expect(operation.summary).toBeTruthy();
      for (const described of Object.values(operation.responses)) expect(described.description).toBeTruthy();
    }
    expect(document.servers).not.toEqual([]);
    expect(document.security).toBeDefined();
  });

  it('has the sample order as its example', () => {
    const { requestBody } = document.paths['/api/orders']!.post!;
    expect(requestBody!.content['application/json']!.example).toEqual(sampleOrder());
  });

  it('has examples that work, and says what comes back', async () => {
    const first = await tryOut('/api/orders', 'post');
    expect(first.status).toBe(201);
    expectAsDescribed('/api/orders', 'post', first);
    const isLook = ({ method }: { method: string }): number => (method === 'get' ? 1 : 0);
    // Streams do not end; what is looked at has to be there.
    const tried = operations()
      .filter(({ path, method }) => method !== 'get' || !path.endsWith('/events'))
      .sort((one, other) => isLook(one) - isLook(other));
    for (const { path, method } of tried) {
      const answer = await tryOut(path, method);
      // A program that is new has no dead letter to show.
      const expected = path.includes('{id}') ? [404] : [200, 201, 202];
      expect(answer.status, `${method} ${path}: ${answer.text}`).toBeOneOf(expected);
      expectAsDescribed(path, method, answer);
    }
  });

  it('says what comes back where something is wrong, or has not changed', async () => {
    const order = anOrder();
    await store(waybill.url, order);
    const at = async (path: string, method: string, suffix: string, init?: RequestInit): Promise<number> => {
      const answer = await ask(waybill.url + suffix, { method: method.toUpperCase(), ...init });
      expectAsDescribed(path, method, answer);
      return answer.status;
    };
    const one = '/api/orders/{order_uid}';
    const own = `/api/orders/${order.order_uid}`;
    // Its ETag moves with its states, which parcels of the same track number move too.
    await eventually(async () => {
      const { headers } = await ask(waybill.url + own);
      const etag = headers.get('etag')!;
      expect(await at(one, 'get', own, { headers: { 'if-none-match': etag } })).toBe(304);
    });
    expect(await at(one, 'get', '/api/orders/nobody')).toBe(404);
    expect(await at(one, 'get', '/api/orders/a.b')).toBe(400);
    expect(await at('/api/orders', 'get', '/api/orders?limit=0')).toBe(400);
    expect(await at('/api/orders', 'get', '/api/orders?view=summary')).toBe(200);
    expect(await at('/api/orders', 'post', '/api/orders', { body: '{}' })).toBe(415);
    const json = { 'content-type': 'application/json' };
    expect(await at('/api/orders', 'post', '/api/orders', { body: '{}', headers: json })).toBe(400);
    const body = JSON.stringify(order);
    expect(await at(one, 'put', own, { body, headers: json })).toBe(428);
    expect(await at(one, 'put', own, { body, headers: { ...json, 'if-match': '"other"' } })).toBe(412);
    expect(await at('/api/orders/test', 'post', '/api/orders/test?count=2')).toBe(202);
  });
});
