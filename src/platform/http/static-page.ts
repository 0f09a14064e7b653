import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { resolve } from 'node:path';

/** The page brings everything along and talks to its own server only. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Serves the files of a folder, with `index.html` at `/`. What they are is looked up once, at the start. */
export async function servePage(app: NestFastifyApplication, directory: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: resolve(directory),
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply) => void reply.headers(PAGE_HEADERS),
  });
}
