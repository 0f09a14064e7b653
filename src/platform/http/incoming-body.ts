import type { IncomingMessage } from 'node:http';
import type { BodiesUnderWay, HeldBody } from './bodies-under-way.js';
import { lingerBehind } from './lingering-close.js';
import { ProblemError } from './problem.js';
import { TooBusyError } from './too-busy.error.js';

const MIB = 1_048_576;
export const MAX_BODY_BYTES = MIB;

export type BodyRead = (error: Error | null, body?: Buffer) => void;

/** A body on its way into one buffer, which is never larger than twice what has come. */
export class IncomingBody implements HeldBody {
  readonly beganAtMs = performance.now();
  /** Until it is handed over: its request may be done with it long before it is answered. */
  private buffer: Buffer | undefined;
  private heldBytes = 0;
  private length = 0;
  /** Set while the body is being read. */
  private done: BodyRead | undefined;

  constructor(
    private readonly payload: IncomingMessage,
    private readonly all: BodiesUnderWay,
    private readonly maxBytes = MAX_BODY_BYTES,
  ) {}

  get bytes(): number {
    return this.heldBytes;
  }

  read(done: BodyRead): void {
    const announced = Number(this.payload.headers['content-length'] ?? 0);
    if (announced > this.maxBytes) return this.refuse(done, this.tooLarge());
    try {
      this.all.begin(this, announced);
    } catch (error) {
      return this.refuse(done, error as Error);
    }
    this.done = done;
    this.payload
      .on('data', this.take)
      .once('end', this.finish)
      .once('error', this.cutOff)
      .once('close', this.cutOff);
  }

  giveUp(why: 'too slow' | 'no room'): void {
    this.end(
      why === 'no room'
        ? new TooBusyError('too many bodies are under way')
        : new ProblemError(408, 'the body took too long to arrive'),
    );
  }

  /** Gives the memory back. To be called once its request is answered, or will not be. */
  release(): void {
    this.cutOff();
    this.drop();
  }

  private readonly take = (chunk: Buffer): void => {
    const length = this.length + chunk.length;
    if (length > this.maxBytes) return this.end(this.tooLarge());
    try {
      this.makeRoom(chunk, length);
    } catch (error) {
      return this.end(error as Error);
    }
    this.length = length;
  };

  /** The first chunk, mostly the whole of the body, is held as it is. */
  private makeRoom(chunk: Buffer, length: number): void {
    if (length > this.bytes) {
      const bytes = this.length === 0 ? length : Math.min(Math.max(length, 2 * this.bytes), this.maxBytes);
      this.all.grow(this, bytes - this.bytes);
      this.heldBytes = bytes;
      if (this.buffer === undefined) {
        this.buffer = chunk;
        return;
      }
      const larger = Buffer.allocUnsafeSlow(bytes);
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    chunk.copy(this.buffer!, this.length);
  }

  private readonly finish = (): void => this.end(null);
  private readonly cutOff = (): void => {
    if (this.done !== undefined) this.end(new ProblemError(400, 'the body is not whole'));
  };

  private end(error: Error | null): void {
    const { done } = this;
    if (done === undefined) return;
    this.done = undefined;
    this.all.end(this);
    // The listener for errors stays: Node throws those of a request that is cut off where nobody listens.
    this.payload.off('data', this.take).off('end', this.finish).off('close', this.cutOff);
    const body = this.buffer?.subarray(0, this.length) ?? Buffer.alloc(0);
    this.buffer = undefined;
    if (error === null) return done(null, body);
    this.drop();
    this.refuse(done, error);
  }

  private refuse(done: BodyRead, error: Error): void {
    lingerBehind(this.payload);
    done(error);
  }

  private tooLarge(): ProblemError {
    return new ProblemError(413, `the body is larger than ${this.maxBytes / MIB} MiB`);
  }

  private drop(): void {
    this.all.giveBack(this.heldBytes);
    this.heldBytes = 0;
  }
}
