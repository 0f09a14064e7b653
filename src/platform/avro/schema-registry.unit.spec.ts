import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { Failures } from '../failures/failures.js';
import {
  IncompatibleSchemaError,
  RegistryAwayError,
  SchemaAbsentError,
  SchemaRefusedError,
} from './avro.errors.js';
import { json, StandInRegistry } from './registry.fixture.js';
import { SchemaRegistry } from './schema-registry.js';

const SCHEMA = '{"type":"string"}';
const ABSENT = json(404, { error_code: 40_403, message: 'Schema not found' });
const FOUND = json(200, { schema: SCHEMA });
const TIMEOUT_MS = 200;

let standIn: StandInRegistry;
let registry: SchemaRegistry;

beforeEach(async () => {
  standIn = await StandInRegistry.start(FOUND);
  registry = new SchemaRegistry({ url: standIn.url(), timeoutMs: 20_000 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await standIn.stop();
});

/** @param ms from now on, by the clock that lru-cache reads */
const later = (ms: number) => {
  const now = performance.now() + ms;
  vi.spyOn(performance, 'now').mockReturnValue(now);
};

const impatient = (url = standIn.url()) => new SchemaRegistry({ url, timeoutMs: TIMEOUT_MS });

describe('the schema of an id', () => {
  it('is asked for once, by however many at once, and kept', async () => {
    const ids = Array.from({ length: 20 }, () => registry.schemaOf(7));
    expect(new Set(await Promise.all(ids))).toEqual(new Set([SCHEMA]));
    expect(await registry.schemaOf(7)).toBe(SCHEMA);
    expect(standIn.asked).toEqual(['GET /schemas/ids/7']);
    expect(standIn.headers[0]).toMatchObject({ accept: 'application/vnd.schemaregistry.v1+json' });
  });

  it('that the registry lacks is not asked for again for ten seconds', async () => {
    standIn.answer = ABSENT;
    await expect(registry.schemaOf(7)).rejects.toThrow(SchemaAbsentError);
    later(9_000);
    await expect(registry.schemaOf(7)).rejects.toThrow('the schema registry has no schema 7');
    expect(standIn.asked).toHaveLength(1);
    standIn.answer = FOUND;
    later(2_000);
    expect(await registry.schemaOf(7)).toBe(SCHEMA);
  });

  it('is asked for again as soon as the registry may be back', async () => {
    standIn.answer = json(500, { error_code: 50_001, message: 'Error in the backend datastore' });
    await expect(registry.schemaOf(7)).rejects.toThrow('the schema registry answers with 500');
    expect([...registry.missing]).toEqual([[7, 'the schema registry answers with 500']]);
    standIn.answer = FOUND;
    expect(await registry.schemaOf(7)).toBe(SCHEMA);
    expect(registry.missing.size).toBe(0);
  });

  it('is missing no longer when the registry says that it is not there, or nobody asks any more', async () => {
    standIn.answer = json(503, {});
    await expect(registry.schemaOf(7)).rejects.toThrow(RegistryAwayError);
    await expect(registry.schemaOf(8)).rejects.toThrow(RegistryAwayError);
    standIn.answer = ABSENT;
    await expect(registry.schemaOf(7)).rejects.toThrow(SchemaAbsentError);
    expect([...registry.missing.keys()]).toEqual([8]);
    later(61_000);
    expect(registry.missing.size).toBe(0);
  });

  it('is asked for by eight at a time', async () => {
    const held: (() => void)[] = [];
    let most = 0;
    standIn.answer = (request, response) => {
      most = Math.max(
        most,
        held.push(() => FOUND(request, response)),
      );
    };
    const all = Promise.all(Array.from({ length: 20 }, (_, id) => registry.schemaOf(id)));
    for (let left = 20; left > 0; left--) {
      await eventually(() => expect(held.length).toBeGreaterThanOrEqual(Math.min(8, left)));
      held.shift()?.();
    }
    await all;
    expect(most).toBe(8);
  });

  it('beyond a signed integer is one that a registry which has such integers cannot have', async () => {
    standIn.answer = json(404, { error_code: 404, message: 'HTTP 404 Not Found' });
    await expect(registry.schemaOf(2 ** 32 - 1)).rejects.toThrow(SchemaAbsentError);
    expect(standIn.asked).toEqual(['GET /schemas/ids/4294967295']);
  });

  it.each([
    [{ schema: '{}', schemaType: 'JSON' }, 'schema 7 is of the type JSON, and not AVRO'],
    [{ schema: '', schemaType: 'PROTOBUF' }, 'schema 7 is of the type PROTOBUF, and not AVRO'],
    [
      { schema: SCHEMA, references: [{ name: 'Other', subject: 'other', version: 1 }] },
      'schema 7 has references to others, which are not followed',
    ],
  ])('is incompatible by itself, for good: %j', async (body, reason) => {
    standIn.answer = json(200, body);
    await expect(registry.schemaOf(7)).rejects.toThrow(IncompatibleSchemaError);
    await expect(registry.schemaOf(7)).rejects.toThrow(reason);
    expect(standIn.asked).toHaveLength(1);
  });

  it('is taken with an empty list of references and the type AVRO', async () => {
    standIn.answer = json(200, { schema: SCHEMA, schemaType: 'AVRO', references: [] });
    expect(await registry.schemaOf(7)).toBe(SCHEMA);
  });
});

describe('a registry is away', () => {
  const gigabytes: RequestListener = (_, response) => {
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const pour = () => {
      while (!response.destroyed && response.write(chunk)) void 0;
    };
    response.on('drain', pour);
    pour();
  };

  it.each<[string, RequestListener, string]>([
    [
      'refuses the password',
      json(401, { error_code: 401, message: 'Unauthorized' }),
      'refuses the user or password (401)',
    ],
    ['forbids', json(403, { error_code: 40_301, message: 'no' }), 'refuses the user or password (403)'],
    ['is overloaded', json(429, {}), 'is asked too often (429)'],
    ['is broken', json(502, 'Bad Gateway'), 'answers with 502'],
    [
      'is not at that path',
      json(404, { error_code: 404, message: 'HTTP 404 Not Found' }),
      'answers with 404: HTTP 404',
    ],
    [
      'is no registry',
      (_, response) => response.writeHead(404).end('<html>'),
      'what answers with 404 is no schema registry',
    ],
    ['is a page', (_, response) => response.end('<html>'), 'what answers with 200 is no schema registry'],
    ['answers null', json(200, null), 'what answers with 200 is no schema registry'],
    ['answers without a schema', json(200, { schema: 7 }), 'has no schema'],
    [
      'ends in the middle',
      (_, response) => response.writeHead(200, { 'Content-Length': 9 }).write('{', () => response.destroy()),
      'cannot be reached',
    ],
    ['pours', gigabytes, 'answers with more than 1048576 bytes'],
    [
      'leads round and round',
      (request, response) => response.writeHead(302, { Location: request.url }).end(),
      'redirect count exceeded',
    ],
  ])('when what answers %s', async (_, answer, reason) => {
    standIn.answer = answer;
    const error: unknown = await registry.schemaOf(7).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RegistryAwayError);
    expect((error as Error).message).toContain(reason);
    expect(new Failures([]).kindOf(error)).toBe('transient');
    expect(registry.missing.get(7)).toContain(reason);
  });

  it.each<[string, RequestListener]>([
    ['hangs', () => undefined],
    [
      'drips',
      (_, response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(drip));
      },
    ],
  ])('when it %s, after the time that it is given', async (_, answer) => {
    standIn.answer = answer;
    const start = performance.now();
    await expect(impatient().schemaOf(7)).rejects.toThrow(
      'the schema registry has not answered within 200 ms',
    );
    expect(performance.now() - start).toBeGreaterThan(TIMEOUT_MS / 2);
  });

  it('when it hangs, for those too that wait for their turn, and their turns come back', async () => {
    standIn.answer = () => undefined;
    const hanging = impatient();
    const ids = Array.from({ length: 30 }, (_, id) => id);
    const answers = await Promise.allSettled(ids.map((id) => hanging.schemaOf(id)));
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(hanging.missing.size).toBe(30);
    standIn.answer = FOUND;
    await eventually(() => Promise.all(ids.map((id) => hanging.schemaOf(id))));
    expect(hanging.missing.size).toBe(0);
  });

  it('when nothing listens there', async () => {
    const { url } = await StandInRegistry.start(FOUND).then(async (other) => {
      const gone = { url: other.url() };
      await other.stop();
      return gone;
    });
    await expect(impatient(url).schemaOf(7)).rejects.toThrow('cannot be reached: ECONNREFUSED');
  });
});

describe('the URL of a registry', () => {
  it.each(['/apis/ccompat/v7', '/apis/ccompat/v7/'])('has a path, which is kept: %s', async (path) => {
    await new SchemaRegistry({ url: standIn.url() + path, timeoutMs: 5_000 }).schemaOf(7);
    expect(standIn.asked).toEqual(['GET /apis/ccompat/v7/schemas/ids/7']);
  });

  it('has a user and a password, which go into a header', async () => {
    await new SchemaRegistry({ url: standIn.url('us%40er:p%C3%A4ss%3A%2F@'), timeoutMs: 5_000 }).schemaOf(7);
    const expected = Buffer.from('us@er:päss:/').toString('base64');
    expect(standIn.headers[0]?.authorization).toBe(`Basic ${expected}`);
  });

  it('is followed to where it leads, and the password is not', async () => {
    const other = await StandInRegistry.start(FOUND);
    standIn.answer = (request, response) => {
      const target = request.url === '/moved' ? other.url() : '/moved';
      response.writeHead(307, { Location: target }).end();
    };
    const led = new SchemaRegistry({ url: standIn.url('user:secret@'), timeoutMs: 5_000 });
    expect(await led.schemaOf(7)).toBe(SCHEMA);
    expect(standIn.headers.map(({ authorization }) => authorization !== undefined)).toEqual([true, true]);
    expect(other.headers[0]).not.toHaveProperty('authorization');
    await other.stop();
  });

  it('is in no error and no line of the log', async () => {
    const lines: unknown[] = [];
    const log = {
      warn: (...line: unknown[]) => lines.push(line),
      info: (...line: unknown[]) => lines.push(line),
    };
    const url = standIn.url('user:secret@');
    standIn.answer = json(500, {});
    const quiet = new SchemaRegistry({ url, timeoutMs: 5_000 }, log as never);
    const error: unknown = await quiet.schemaOf(7).catch((thrown: unknown) => thrown);
    await standIn.stop();
    const refused: unknown = await quiet.schemaOf(7).catch((thrown: unknown) => thrown);
    expect(lines).toHaveLength(1);
    const said = [error, refused].flatMap((one) => [
      (one as Error).stack,
      JSON.stringify((one as Error).cause),
    ]);
    expect(JSON.stringify([lines, said])).not.toMatch(/secret|user/);
    standIn = await StandInRegistry.start(FOUND);
  });

  it.each(['http://user:secret@host:99999999', 'ftp://user:secret@host', 'http://user:secret%@host'])(
    'is refused without a word of it: %s',
    (url) => {
      const error = (() => {
        try {
          return new SchemaRegistry({ url, timeoutMs: 1 });
        } catch (thrown) {
          return thrown as Error & { input?: string };
        }
      })() as Error;
      expect(error).toBeInstanceOf(TypeError);
      expect(JSON.stringify([error, error.message, error.stack])).not.toContain('secret');
    },
  );
});

describe('the id of a schema', () => {
  const schema = { type: 'string' };

  it('is looked up, and nothing is registered', async () => {
    standIn.answer = json(200, { id: 9, version: 1 });
    expect(await registry.idOf('a b/c', schema, true)).toBe(9);
    expect(standIn.asked).toEqual(['POST /subjects/a%20b%2Fc']);
  });

  it('is absent, where it is not to be registered', async () => {
    standIn.answer = json(404, { error_code: 40_401, message: 'Subject not found' });
    await expect(registry.idOf('users-value', schema, false)).rejects.toThrow(SchemaAbsentError);
    expect(standIn.asked).toEqual(['POST /subjects/users-value']);
  });

  it('is registered when told to', async () => {
    standIn.answer = (request, response) =>
      (request.url?.endsWith('/versions') ? json(200, { id: 4_294_967_295 }) : ABSENT)(request, response);
    expect(await registry.idOf('users-value', schema, true)).toBe(4_294_967_295);
    expect(standIn.asked).toEqual(['POST /subjects/users-value', 'POST /subjects/users-value/versions']);
  });

  it.each([
    [409, { error_code: 409, message: 'incompatible with an earlier schema' }],
    [422, { error_code: 42_205, message: 'Subject is in read-only mode' }],
  ])('is refused with %s', async (status, body) => {
    standIn.answer = (request, response) =>
      (request.url?.endsWith('/versions') ? json(status, body) : ABSENT)(request, response);
    const asking = registry.idOf('users-value', schema, true);
    await expect(asking).rejects.toThrow(SchemaRefusedError);
    await expect(asking).rejects.toThrow(body.message);
  });

  it.each([{ id: 'seven' }, { id: -1 }, { id: 2 ** 32 }, {}])('is no such answer: %j', async (body) => {
    standIn.answer = json(200, body);
    await expect(registry.idOf('users-value', schema, false)).rejects.toThrow(RegistryAwayError);
  });

  it('is not told by a registry that is away', async () => {
    standIn.answer = json(503, {});
    await expect(registry.idOf('users-value', schema, true)).rejects.toThrow(RegistryAwayError);
    expect(standIn.asked).toHaveLength(1);
  });
});
