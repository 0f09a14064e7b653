import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextRound } from 'node:timers/promises';
import { endConnectionWith } from './pipelined-requests.js';
import { SECURITY_HEADERS_BY_NAME } from './security-headers.js';
import { type SseBatch, SseChannel } from './sse-channel.js';
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

const FIRST = `retry: ${RECONNECT_MS}\n\n`;
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

/** What a client gets; by default all that is published from now on. */
export interface Watching {
  /** Only the events of this channel, and those that are of none. */
  readonly channel?: string | undefined;
  /** Events that it gets first, each of {@link sseText}. They stand for all that was published until now. */
  readonly first?: readonly string[];
}

/**
 * Server-Sent Events (WHATWG HTML, section 9.2), the same for all clients of a channel: each event is formatted once, and
 * what has come together is written to each client as one piece. A client costs nothing but its connection and what it has
 * yet to read, and both are bounded, whatever it watches.
 */
export class EventStream {
  private readonly clients = new Map<ServerResponse, SseChannel>();
  /** Of those who watch all channels. */
  private readonly everything = new SseChannel();
  private readonly channels = new Map<string, SseChannel>();
  /** What those who began with more than a client may have unread had yet to read then. */
  private readonly catchingUp = new Map<ServerResponse, number>();
  private batchCharacters = 0;
  private isWriting = false;
  private pauseUntilMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private keepAlive: NodeJS.Timeout | undefined;

  constructor(private readonly options: EventStreamOptions) {}

  get size(): number {
    return this.clients.size;
  }

  /** The channels that are watched; undefined where somebody watches all there may be. */
  get watchedChannels(): string[] | undefined {
    return this.everything.isWatched ? undefined : [...this.channels.keys()];
  }

  /** @param opening for whom the stream is about to be opened. @throws TooBusyError when there are as many clients as there may be */
  requireRoom(opening = 0): void {
    if (this.clients.size + opening < this.options.maxClients) return;
    throw new TooBusyError('there are as many clients of the stream as there may be', RETRY_AFTER_SECONDS);
  }

  /**
   * Answers a request with the stream, which is the last answer on its connection: none can come after it.
   *
   * @throws TooBusyError when there are as many clients as there may be, or when they have more to read than there may be
   */
  open(request: FastifyRequest, reply: FastifyReply, watching: Watching = {}): void {
    const isHead = request.method === 'HEAD';
    if (!isHead) this.requireRoomFor(watching.first);
    reply.hijack();
    // Nobody is there any more, and nothing would tell that it goes.
    if (request.raw.socket.destroyed) return;
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
    else this.add(response, watching);
  }

  private requireRoomFor(first: readonly string[] = []): void {
    this.requireRoom();
    const characters = first.reduce((sum, { length }) => sum + length, 0);
    if (characters <= MAX_CLIENT_BYTES) return;
    let unread = characters;
    for (const client of this.clients.keys()) unread += client.writableLength;
    if (unread <= MAX_BUFFERED_BYTES) return;
    throw new TooBusyError('clients of the stream have too much to read yet', RETRY_AFTER_SECONDS);
  }

  /**
   * @param text one event, of {@link sseText}
   * @param channel whose event it is; it is for all clients where it is of none
   */
  publish(text: string, channel?: string): void {
    if (this.clients.size === 0) return;
    let characters = this.everything.add(text);
    if (channel !== undefined) characters += this.channels.get(channel)?.add(text) ?? 0;
    else for (const each of this.channels.values()) characters += each.add(text);
    if (characters === 0) return;
    this.batchCharacters += characters;
    this.schedule();
  }

  end(): void {
    clearTimeout(this.timer);
    const last = this.takeBatches();
    for (const [client, channel] of this.clients) client.end(last.get(channel)?.(client));
  }

  private add(response: ServerResponse, { channel: name, first }: Watching): void {
    response.write(FIRST + (first?.join('') ?? ''));
    if (response.writableLength > MAX_CLIENT_BYTES) this.catchingUp.set(response, response.writableLength);
    const channel = this.channelOf(name);
    this.clients.set(response, channel);
    channel.join(response, first !== undefined);
    this.keepAlive ??= setInterval(() => void this.write(() => ALIVE), KEEP_ALIVE_MS).unref();
    response.once('close', () => {
      this.clients.delete(response);
      this.catchingUp.delete(response);
      channel.leave(response);
      if (name !== undefined && !channel.isWatched) this.channels.delete(name);
      if (this.clients.size > 0) return;
      clearInterval(this.keepAlive);
      this.keepAlive = undefined;
    });
  }

  private channelOf(name: string | undefined): SseChannel {
    if (name === undefined) return this.everything;
    const channel = this.channels.get(name) ?? new SseChannel();
    this.channels.set(name, channel);
    return channel;
  }

  private schedule(): void {
    if (this.isWriting) return;
    if (this.batchCharacters >= MAX_BATCH_CHARACTERS) void this.writeBatch();
    else this.timer ??= setTimeout(() => void this.writeBatch(), this.pauseUntilMs - performance.now());
  }

  private takeBatches(): Map<SseChannel, SseBatch> {
    this.batchCharacters = 0;
    const batches = new Map<SseChannel, SseBatch>();
    for (const channel of [this.everything, ...this.channels.values()]) {
      const batch = channel.takeBatch();
      if (batch !== undefined) batches.set(channel, batch);
    }
    return batches;
  }

  private async writeBatch(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isWriting = true;
    const startedAt = performance.now();
    const batches = this.takeBatches();
    await this.write((client, channel) => batches.get(channel)?.(client));
    const endedAt = performance.now();
    this.pauseUntilMs = endedAt + Math.max(WRITE_EVERY_MS, PAUSE_FACTOR * (endedAt - startedAt));
    this.isWriting = false;
    if (this.batchCharacters > 0) this.schedule();
  }

  private async write(
    bytesFor: (client: ServerResponse, channel: SseChannel) => Buffer | undefined,
  ): Promise<void> {
    let inRound = 0;
    let buffered = 0;
    for (const [client, channel] of [...this.clients]) {
      if (++inRound % CLIENTS_A_ROUND === 0) await nextRound();
      if (client.writableLength > this.mostUnread(client)) this.drop(client);
      if (client.destroyed || client.writableEnded) continue;
      const bytes = bytesFor(client, channel);
      if (bytes !== undefined) client.write(bytes);
      buffered += client.writableLength;
    }
    if (buffered > MAX_BUFFERED_BYTES) this.dropSlowest(buffered);
  }

  /** A client that began with more may have that unread as well, until it has caught up. */
  private mostUnread(client: ServerResponse): number {
    const first = this.catchingUp.get(client);
    if (first === undefined) return MAX_CLIENT_BYTES;
    if (client.writableLength > MAX_CLIENT_BYTES) return first + MAX_CLIENT_BYTES;
    this.catchingUp.delete(client);
    return MAX_CLIENT_BYTES;
  }

  private dropSlowest(buffered: number): void {
    const slowestFirst = [...this.clients.keys()].sort(
      (one, other) => other.writableLength - one.writableLength,
    );
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
