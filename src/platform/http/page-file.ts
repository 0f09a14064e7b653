import { negotiate } from '@fastify/accept-negotiator';
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Answer, RequestHead } from './answer.js';
import { matchesETag } from './conditional.js';

/** Chosen by measurement: level 11 takes ten times as long for a tenth less, which each reader is sent once a version. */
const BROTLI_QUALITY = 5;

const brotli = promisify(brotliCompress);
const CODINGS = {
  br: (bytes: Buffer): Promise<Buffer> =>
    brotli(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: promisify<Buffer, Buffer>(gzip),
};
type Coding = keyof typeof CODINGS;

const TEXT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};
/** These are compressed already, or unknown. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** A response that fits into a packet or two arrives no sooner when compressed. */
const THRESHOLD_BYTES = 1_024;

/** The page brings everything along and talks to its own server only. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/** A file of the page, ready to be sent. */
export class PageFile {
  /** Weak, since it is the same for all codings (RFC 9110, section 8.8.3.3). */
  private readonly etag: string;
  private readonly type: string;
  private readonly isText: boolean;
  /** Each is made when somebody first asks for it, and kept; at the start it would take time from what others wait for. */
  private readonly coded = new Map<Coding, Promise<Buffer | undefined>>();

  constructor(
    name: string,
    private readonly bytes: Buffer,
  ) {
    this.etag = `W/"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
    const extension = extname(name);
    this.isText = extension in TEXT_TYPES;
    this.type = TEXT_TYPES[extension] ?? OTHER_TYPES[extension] ?? 'application/octet-stream';
  }

  /** @param cacheControl for the 200 and the 304 */
  async answer({ headers: asked }: RequestHead, cacheControl: string): Promise<Answer> {
    const ifNoneMatch = asked['if-none-match'];
    if (ifNoneMatch === undefined || !matchesETag(ifNoneMatch, this.etag.slice(2))) {
      return this.content(200, asked['accept-encoding'], ['etag', this.etag, 'cache-control', cacheControl]);
    }
    const headers = ['etag', this.etag, 'cache-control', cacheControl, 'vary', 'accept-encoding'];
    return { status: 304, headers };
  }

  /** The file as what is told of something that is not there. */
  notFoundAnswer({ headers: asked }: RequestHead): Promise<Answer> {
    return this.content(404, asked['accept-encoding'], ['cache-control', 'no-store']);
  }

  private async content(status: number, accepted = '', own: readonly string[]): Promise<Answer> {
    const coding = negotiate(accepted, ['br', 'gzip', 'identity']);
    const coded = coding === 'br' || coding === 'gzip' ? await this.in(coding) : undefined;
    const body = coded ?? this.bytes;
    const headers = ['content-type', this.type, ...own, 'vary', 'accept-encoding'];
    headers.push('content-security-policy', CONTENT_SECURITY_POLICY);
    if (coded !== undefined) headers.push('content-encoding', coding!);
    headers.push('content-length', String(body.length));
    return { status, headers, body };
  }

  /** @returns undefined where the plain bytes do as well */
  private in(coding: Coding): Promise<Buffer | undefined> {
    if (!this.isText || this.bytes.length < THRESHOLD_BYTES) return Promise.resolve(undefined);
    let made = this.coded.get(coding);
    if (made === undefined) {
      made = CODINGS[coding](this.bytes).catch(() => undefined);
      this.coded.set(coding, made);
    }
    return made;
  }
}
