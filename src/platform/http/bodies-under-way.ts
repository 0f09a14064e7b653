import { TooBusyError } from './too-busy.error.js';

const MIB = 1_048_576;
/** An order of 1 MiB takes up to 15 MiB of resident memory until it is answered, with what is left for the next collection. */
const MAX_BYTES_UNDER_WAY = 8 * MIB;
/** Bodies up to this size may use the reserved share of the memory, so that an order of the usual size still fits. */
const SMALL_BODY_BYTES = 64 * 1_024;
const KEPT_FOR_SMALL_SHARE = 1 / 8;
/** A body that is still coming after this long may have to give way to others. */
const GIVES_WAY_AFTER_MS = 250;
/** A body has this long to be faster than MIN_BYTES_PER_SECOND on the average. */
const GRACE_MS = 10_000;
const MIN_BYTES_PER_SECOND = 1_024;
const WATCH_EVERY_MS = 1_000;

/** A body in memory, from its first byte to its request's answer. */
export interface HeldBody {
  /** Bytes of memory that it holds at the moment. */
  readonly bytes: number;
  /** Of performance.now(). */
  readonly beganAtMs: number;
  /** Stops reading it, fails its request and frees its memory. */
  giveUp(why: 'too slow' | 'no room'): void;
}

/**
 * Bounds the memory of all request bodies, by the bytes received, not by those announced. When it runs out, the slowest
 * body that is still arriving is cut off, so that slow senders cannot hold the memory. Complete bodies are being processed
 * and stay; if they alone fill the memory, the newcomer gets 503.
 */
export class BodiesUnderWay {
  private heldBytes = 0;
  /** Bytes of bodies that are still arriving. */
  private comingBytes = 0;
  /** The bodies that are still arriving, in the order in which they began. */
  private readonly coming = new Set<HeldBody>();
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly maxBytes = MAX_BYTES_UNDER_WAY,
    private readonly graceMs = GRACE_MS,
  ) {}

  get bytes(): number {
    return this.heldBytes;
  }

  /**
   * @param announcedBytes 0 when it is not said how many there will be
   * @throws TooBusyError when those that are whole leave no room for it: then none of it need be read
   */
  begin(body: HeldBody, announcedBytes: number): void {
    const wholeBytes = this.heldBytes - this.comingBytes;
    if (wholeBytes + announcedBytes > this.limitFor(announcedBytes)) throw tooMany();
    this.coming.add(body);
    this.watch ??= setInterval(() => this.giveUpSlowOnes(), Math.min(WATCH_EVERY_MS, this.graceMs)).unref();
  }

  /** @throws TooBusyError when there is no room for so many bytes more */
  grow(body: HeldBody, bytes: number): void {
    const limit = this.limitFor(body.bytes + bytes);
    while (this.heldBytes + bytes > limit) {
      const slowest = this.slowestBut(body);
      if (slowest === undefined) throw tooMany();
      slowest.giveUp('no room');
    }
    this.heldBytes += bytes;
    this.comingBytes += bytes;
  }

  /** The body is complete, or was broken off. */
  end(body: HeldBody): void {
    if (this.coming.delete(body)) this.comingBytes -= body.bytes;
  }

  giveBack(bytes: number): void {
    this.heldBytes -= bytes;
  }

  private limitFor(bodyBytes: number): number {
    return bodyBytes <= SMALL_BODY_BYTES ? this.maxBytes : this.maxBytes * (1 - KEPT_FOR_SMALL_SHARE);
  }

  private slowestBut(other: HeldBody): HeldBody | undefined {
    const now = performance.now();
    let slowest: HeldBody | undefined;
    let lowest = Infinity;
    for (const body of this.coming) {
      const ms = now - body.beganAtMs;
      if (body === other || body.bytes === 0 || ms < GIVES_WAY_AFTER_MS || body.bytes / ms >= lowest)
        continue;
      slowest = body;
      lowest = body.bytes / ms;
    }
    return slowest;
  }

  private giveUpSlowOnes(): void {
    const now = performance.now();
    for (const body of this.coming) {
      const ms = now - body.beganAtMs;
      if (ms > this.graceMs && body.bytes < (MIN_BYTES_PER_SECOND * ms) / 1_000) body.giveUp('too slow');
    }
  }
}

const tooMany = (): TooBusyError => new TooBusyError('too many bodies are under way');
