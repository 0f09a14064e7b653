import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextRound } from 'node:timers/promises';
import { endConnectionWith } from './pipelined-requests.js';
import { SECURITY_HEADERS_BY_NAME } from './security-headers.js';
import { TooBusyError } from './too-busy.error.js';

const MIB = 1_048_576;
/** Shows proxies and browsers that the stream is alive. */
const KEEP_ALIVE_MS = 15_000;
const RECONNECT_MS = 2_000;
const RETRY_AFTER_SECONDS = 5;
/** A client that reads this much slower than events come is let go; it connects again by itself. */
const MAX_CLIENT_BYTES = MIB;
/** Of all clients. What several have yet to read counts for each, though it is held once. */
const MAX_BUFFERED_BYTES = 64 * MIB;
/** A batch this long is written at once, however recent the one before is. */
const MAX_BATCH_CHARACTERS = MIB / 4;
const WRITE_EVERY_MS = 20;
/** A pause is so many times as long as writing took: with many clients batches become larger and not the load. */
const PAUSE_FACTOR = 3;
/** So that a round of the event loop with many clients takes a few milliseconds. */
const CLIENTS_A_ROUND = 200;

const FIRST = Buffer.from(`retry: ${RECONNECT_MS}\n\n`);
const ALIVE = Buffer.from(': alive\n\n');

export interface ServerSentEvent {
  readonly event: string;
  /** Which one; a client that comes again says the last that it had. */
  readonly id: string;
  readonly data: string;
}

/** An event as it goes over the wire. A line of its data is a field of its own, whatever it ends with. */
export function sseText({ event, id, data }: ServerSentEvent): string {
  return `event: ${event}\nid: ${id}\ndata: ${data.replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n\n`;
}

export interface EventStreamOptions {
  readonly maxClients: number;
  /** A client was let go, since it does not read. */
  readonly onDropped?: () => void;
}

/**
 * Server-Sent Events (WHATWG HTML, section 9.2), the same for all clients: each event is formatted once, and what has
 * come together is written to each client as one piece. A client costs nothing but its connection and what it has yet
 * to read, and both are bounded.
 */
export class EventStream {
  private readonly clients = new Set<ServerResponse>();
  private batch: string[] = [];
  private batchCharacters = 0;
  private isWriting = false;
  private pauseUntilMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private keepAlive: NodeJS.Timeout | undefined;

  constructor(private readonly options: EventStreamOptions) {}

  get size(): number {
    return this.clients.size;
  }

  /**
   * Answers a request with the stream, which is the last answer on its connection: none can come after it.
   *
   * @throws TooBusyError when there are as many clients as there may be
   */
  open(request: FastifyRequest, reply: FastifyReply): void {
    const isHead = request.method === 'HEAD';
    if (!isHead && this.clients.size >= this.options.maxClients) {
      throw new TooBusyError('there are as many clients of the stream as there may be', RETRY_AFTER_SECONDS);
    }
    reply.hijack();
    const response = reply.raw;
    if (!isHead) endConnectionWith(response);
    // The end of the connection is that of the stream: what is written needs no frame for each client.
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      ...SECURITY_HEADERS_BY_NAME,
    });
    if (isHead) response.end();
    else this.add(response);
  }

  /** @param text one event, of {@link sseText} */
  publish(text: string): void {
    if (this.clients.size === 0) return;
    this.batch.push(text);
    this.batchCharacters += text.length;
    this.schedule();
  }

  end(): void {
    clearTimeout(this.timer);
    const last = this.takeBatch();
    for (const client of this.clients) client.end(last);
  }

  private add(response: ServerResponse): void {
    response.write(FIRST);
    this.clients.add(response);
    this.keepAlive ??= setInterval(() => void this.write(ALIVE), KEEP_ALIVE_MS).unref();
    response.once('close', () => {
      this.clients.delete(response);
      if (this.clients.size > 0) return;
      clearInterval(this.keepAlive);
      this.keepAlive = undefined;
    });
  }

  private schedule(): void {
    if (this.isWriting) return;
    if (this.batchCharacters >= MAX_BATCH_CHARACTERS) void this.writeBatch();
    else this.timer ??= setTimeout(() => void this.writeBatch(), this.pauseUntilMs - performance.now());
  }

  private takeBatch(): Buffer {
    const bytes = Buffer.from(this.batch.join(''));
    this.batch = [];
    this.batchCharacters = 0;
    return bytes;
  }

  private async writeBatch(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isWriting = true;
    const startedAt = performance.now();
    await this.write(this.takeBatch());
    const endedAt = performance.now();
    this.pauseUntilMs = endedAt + Math.max(WRITE_EVERY_MS, PAUSE_FACTOR * (endedAt - startedAt));
    this.isWriting = false;
    if (this.batch.length > 0) this.schedule();
  }

  private async write(bytes: Buffer): Promise<void> {
    let inRound = 0;
    let buffered = 0;
    for (const client of [...this.clients]) {
      if (++inRound % CLIENTS_A_ROUND === 0) await nextRound();
      if (client.writableLength > MAX_CLIENT_BYTES) this.drop(client);
      if (client.destroyed || client.writableEnded) continue;
      client.write(bytes);
      buffered += client.writableLength;
    }
    if (buffered > MAX_BUFFERED_BYTES) this.dropSlowest(buffered);
  }

  private dropSlowest(buffered: number): void {
    const slowestFirst = [...this.clients].sort((one, other) => other.writableLength - one.writableLength);
    for (const client of slowestFirst) {
      if (buffered <= MAX_BUFFERED_BYTES) return;
      buffered -= client.writableLength;
      this.drop(client);
    }
  }

  private drop(client: ServerResponse): void {
    client.destroy();
    this.options.onDropped?.();
  }
}
