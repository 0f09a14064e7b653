import { NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownFailures } from '../known-failures.js';
import { rememberMethods } from './allowed-methods.js';
import { createHttpAdapter } from './http-adapter.js';
import { PageUnfitError } from './page-files.js';
import { ProblemFilter } from './problem.filter.js';
import { StaticPage } from './static-page.js';

const INDEX =
  '<!doctype html><script src="/assets/start.js"></script><link href="/assets/styles.css" /><a href="/orders"></a>';
const MODULE = `export const words = '${'as many words as make it worth the while; '.repeat(60)}';\n`;
const LARGE_BYTES = 8 * 1_048_576;

let directory: string;
let fastify: FastifyInstance;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'page-'));
  await mkdir(join(directory, 'views'));
  await writeFile(join(directory, 'index.html'), INDEX);
  await writeFile(join(directory, 'styles.css'), 'p { margin: 0 }');
  await writeFile(join(directory, 'views/order.js'), MODULE);
  await writeFile(join(directory, '.secret'), 'not for readers');
  fastify = await serving();
});

afterEach(async () => {
  await fastify.close();
  await rm(directory, { recursive: true });
});

/** As the program starts on the files that are there now. */
async function serving(): Promise<FastifyInstance> {
  const page = await StaticPage.read(directory);
  const log = pino({ level: 'silent' });
  const adapter = createHttpAdapter(log);
  const instance = adapter.getInstance<FastifyInstance>();
  const filter = new ProblemFilter(log, knownFailures(), page);
  instance.setNotFoundHandler((request, reply) => filter.answer(new NotFoundException(), request, reply));
  rememberMethods(instance);
  page.serve({ getHttpAdapter: () => adapter } as unknown as NestFastifyApplication);
  return instance;
}

function get(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return fastify.inject({ url, headers });
}

/** What index.html calls the styles. */
async function stylesPath(): Promise<string> {
  return /href="([^"]+\.css)"/.exec((await get('/')).body)![1]!;
}

describe('the files of the page', () => {
  it('are immutable below the hash that index.html names them by', async () => {
    const path = await stylesPath();
    expect(path).toMatch(/^\/assets\/[0-9a-f]{16}\/styles\.css$/);
    const file = await get(path);
    expect(file.statusCode).toBe(200);
    expect(file.body).toBe('p { margin: 0 }');
    expect(file.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/css; charset=utf-8',
    });
    const { body } = await get('/');
    expect(body).toContain('<a href="/orders">');
    // It notices that files of another version are not there, and has to come from any version itself.
    expect(body).toContain('<script src="/assets/start.js">');
  });

  it('have other paths once any of them is another, or has another name', async () => {
    const paths = [await stylesPath()];
    const startAgain = async (): Promise<void> => {
      await fastify.close();
      fastify = await serving();
      paths.push(await stylesPath());
    };
    await startAgain();
    expect(paths[1]).toBe(paths[0]);
    await writeFile(join(directory, 'views/order.js'), MODULE.replace('words', 'other'));
    await startAgain();
    await writeFile(join(directory, 'views/more.js'), '');
    await startAgain();
    await rename(join(directory, 'views/more.js'), join(directory, 'views/less.js'));
    await startAgain();
    expect(new Set(paths).size).toBe(4);
  });

  it('are asked for anew each time at a path without the hash', async () => {
    const path = '/assets/views/order.js';
    const file = await get(path);
    expect(file.body).toBe(MODULE);
    expect(file.headers['cache-control']).toBe('no-cache');
    const again = await get(path, { 'if-none-match': String(file.headers.etag) });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
    expect(again.headers).toMatchObject({ etag: file.headers.etag, 'cache-control': 'no-cache' });
    expect((await get(path, { 'if-none-match': '"another"' })).statusCode).toBe(200);
  });

  it('of another version are not there, and nobody remembers that', async () => {
    const path = '/assets/0123456789abcdef/views/order.js';
    for (const accept of ['*/*', 'text/html']) {
      const answer = await get(path, { accept });
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body).not.toBe(MODULE);
    }
  });

  it.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
    ['identity, gzip;q=0.5', undefined, undefined],
  ])('come as a reader takes them: %s', async (accepted, coding, decode) => {
    const { rawPayload, headers } = await get('/assets/views/order.js', { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(coding);
    expect(Number(headers['content-length'])).toBe(rawPayload.length);
    if (decode !== undefined) expect(rawPayload.length).toBeLessThan(MODULE.length / 4);
    expect((decode?.(rawPayload) ?? rawPayload).toString()).toBe(MODULE);
  });

  it('have those of packages among them', async () => {
    const chart = await get('/assets/vendor/uplot/uPlot.esm.js');
    expect(chart.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(chart.body).toContain('export { uPlot as default }');
    expect((await get('/assets/vendor/uplot/uPlot.min.css')).body).toContain('.uplot');
  });

  it.each([
    '/assets/none.js',
    '/assets/',
    '/assets/.secret',
    '/assets/..%2f..%2fpackage.json',
    '/styles.css',
  ])('have nothing at %s', async (path) => {
    const answer = await get(path);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ status: 404, detail: 'there is nothing at this path' });
  });

  it('may be links, as in a folder that is mounted', async () => {
    await symlink(join(directory, 'views/order.js'), join(directory, 'linked.js'));
    await fastify.close();
    fastify = await serving();
    expect((await get('/assets/linked.js')).body).toBe(MODULE);
  });
});

describe('the page', () => {
  it.each([
    '/',
    '/?order=x',
    '/orders',
    '/orders?status=created',
    '/orders/b563feb7b2b84b6test',
    '/orders/a%2Fb%20%C5%BC%25',
    `/orders/${'x'.repeat(2_000)}`,
    '/live',
    '/trouble/dead-letters/7',
    '/stock/9934930',
    '/demo/',
  ])('is at %s', async (path) => {
    const answer = await get(path);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    const again = await get(path, { 'if-none-match': String(answer.headers.etag) });
    expect(again.statusCode).toBe(304);
  });

  it('has another ETag once a file that it names is another', async () => {
    const { etag } = (await get('/')).headers;
    await writeFile(join(directory, 'styles.css'), 'p { margin: 1px }');
    await fastify.close();
    fastify = await serving();
    expect((await get('/', { 'if-none-match': String(etag) })).statusCode).toBe(200);
  });

  it('tells people that there is nothing at a path, and programs as everywhere', async () => {
    const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const people = await get('/ordres/7', browser);
    expect(people.statusCode).toBe(404);
    expect(people.body).toBe((await get('/')).body);
    expect(people.headers).toMatchObject({ 'cache-control': 'no-store' });
    for (const [path, headers] of [
      ['/ordres/7', { accept: '*/*' }],
      ['/ordres/7', {}],
      ['/api/ordres', browser],
    ] as const) {
      const { statusCode, headers: told } = await get(path, headers);
      expect([statusCode, told['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
    }
  });

  it('takes nothing but being read', async () => {
    const answer = await fastify.inject({ method: 'POST', url: '/orders/7' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
    const head = await fastify.inject({ method: 'HEAD', url: '/orders/7' });
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });
});

describe('a folder that is not the page', () => {
  it('ends the start where it has no index.html', async () => {
    await rm(join(directory, 'index.html'));
    await expect(StaticPage.read(directory)).rejects.toThrow(PageUnfitError);
  });

  it('ends the start where it is larger than a page is, unread', async () => {
    await writeFile(join(directory, 'large.bin'), '');
    await truncate(join(directory, 'large.bin'), LARGE_BYTES);
    await expect(StaticPage.read(directory)).rejects.toThrow(/larger than 8388608 bytes/);
  });
});
