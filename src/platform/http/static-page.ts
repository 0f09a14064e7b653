import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { type Answer, sendAnswer } from './answer.js';
import { PageFile } from './page-file.js';
import { readPageFiles } from './page-files.js';
import { pathOf } from './problem-answer.js';

/** Where the page is, each with all that lies below it: it finds out by the address what to show. */
const VIEWS = ['/orders', '/live', '/trouble', '/stock', '/demo'];
const PAGE_PATTERNS = ['/', ...VIEWS.flatMap((path) => [path, `${path}/*`])];

/** Asked for anew each time, and mostly answered by 304. */
const REVALIDATED = 'no-cache';
/** For a year. What is at such a path never changes, since the hash of it is in the path. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** What paths of files begin with: the hash of all of them. One that changes gives all new paths, so no browser mixes two versions. */
const HASH = /^([0-9a-f]{16})\//;

/**
 * How `index.html` names them. `start.js` sees to what is not there since it is of another version, so it has to come from
 * any version.
 */
const HASHED = /"\/assets\/(?!start\.js")/g;

/** The page: `index.html`, and the files that it is made of. All are read once, at the start. */
export class StaticPage {
  private readonly hash: string;
  private readonly index: PageFile;
  private readonly files: ReadonlyMap<string, PageFile>;

  private constructor(contents: ReadonlyMap<string, Buffer>) {
    const hash = createHash('sha256');
    for (const [name, bytes] of contents) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
    this.hash = hash.digest('hex').slice(0, 16);
    this.files = new Map([...contents].map(([name, bytes]) => [name, new PageFile(name, bytes)]));
    // Modules and styles name each other by relative paths, so they stay below the hash.
    const html = contents.get('index.html')!.toString().replaceAll(HASHED, `$&${this.hash}/`);
    this.index = new PageFile('index.html', Buffer.from(html));
  }

  /** @throws PageUnfitError */
  static async read(directory: string): Promise<StaticPage> {
    return new StaticPage(await readPageFiles(directory));
  }

  /** To be called after `compressAnswers`, which leaves alone what is compressed already. */
  serve(app: NestFastifyApplication): void {
    const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
    for (const pattern of PAGE_PATTERNS) {
      fastify.get(pattern, { compress: false }, async (request, reply) =>
        sendAnswer(reply, await this.index.answer(request, REVALIDATED)),
      );
    }
    fastify.get('/assets/*', { compress: false }, async (request, reply) => this.sendAsset(request, reply));
  }

  /** For a person who follows a link to nowhere, the page itself, which says so. Programs are told as everywhere. */
  notFoundAnswer(request: FastifyRequest): Promise<Answer> | undefined {
    const isForPeople = request.headers.accept?.includes('text/html') === true;
    if (!isForPeople || pathOf(request.url).startsWith('/api/')) return undefined;
    return this.index.notFoundAnswer(request);
  }

  private async sendAsset(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const path = (request.params as { '*': string })['*'];
    const [prefix = '', hash] = HASH.exec(path) ?? [];
    // A page of another version, which a replica has served or this one before its restart, must not mix our files into
    // its own: it is told, and loads itself anew.
    const file =
      hash === undefined || hash === this.hash ? this.files.get(path.slice(prefix.length)) : undefined;
    if (file === undefined) {
      reply.callNotFound();
      return reply;
    }
    return sendAnswer(reply, await file.answer(request, hash === undefined ? REVALIDATED : IMMUTABLE));
  }
}
