import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { resolve } from 'node:path';

/** The page brings everything along and talks to its own server only. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Serves the files of a folder, with `index.html` at `/`. */
export async function servePage(app: NestFastifyApplication, directory: string): Promise<void> {
  app.useStaticAssets({
    root: resolve(directory),
    prefix: '/',
    wildcard: false,
    cacheControl: false,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
      response.setHeader('cache-control', 'no-cache');
    },
  });
  await Promise.resolve();
}
