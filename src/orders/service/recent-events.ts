import { randomUUID } from 'node:crypto';

interface HeldEvent {
  readonly sequence: number;
  readonly value: Buffer;
}

/** An event that comes again. */
export interface ReplayedEvent {
  readonly id: string;
  readonly value: Buffer;
}

const MIB = 1_048_576;
/** A client that comes again may get as much at once. */
const MAX_BYTES = 8 * MIB;
const EVENT_OVERHEAD_BYTES = 200;
const RUN_CHARACTERS = 8;
const ID = /^([0-9a-f]{8})\.(\d{1,15})$/;

/**
 * The latest events of a topic that this process reads whole, for clients of a stream that come again. An event gets its
 * place when it is published, after its transaction has been committed, so one that is committed late is behind, and not
 * between, those that a client has seen.
 *
 * An id tells the run and the event's number in it. It is opaque to the client, and nothing to another process, which reads
 * the partitions in an order of its own. Events are held from the first id on that was told: nobody can ask for older ones.
 */
export class RecentEvents {
  private run = newRun();
  private sequence = 0;
  private bytes = 0;
  private held: HeldEvent[] = [];
  private hasToldAnId = false;

  constructor(private readonly maxBytes = MAX_BYTES) {}

  add(value: Buffer): void {
    this.sequence++;
    if (!this.hasToldAnId) return;
    // Its own copy: the event's bytes are a window on all that was fetched with it.
    this.held.push({ sequence: this.sequence, value: Buffer.from(value) });
    this.bytes += value.length + EVENT_OVERHEAD_BYTES;
    if (this.bytes > this.maxBytes) this.letGo();
  }

  /** The id of the last event, or of the beginning. Events behind an id that was told are held from then on. */
  get lastId(): string {
    this.hasToldAnId = true;
    return idOf(this.run, this.sequence);
  }

  /** Events may have been missed, so nobody who comes again can be told what they have not seen. */
  beginAnew(): void {
    this.run = newRun();
    this.sequence = 0;
    this.bytes = 0;
    this.held = [];
    this.hasToldAnId = false;
  }

  /** The events behind an id, in their order; undefined where they are not all held, or the id is none of this run. */
  after(id: string): ReplayedEvent[] | undefined {
    const [, run, digits] = ID.exec(id) ?? [];
    if (run !== this.run) return undefined;
    const seen = Number(digits);
    const oldest = this.held[0]?.sequence ?? this.sequence + 1;
    if (seen < oldest - 1 || seen > this.sequence) return undefined;
    return this.held
      .slice(seen - oldest + 1)
      .map(({ sequence, value }) => ({ id: idOf(run, sequence), value }));
  }

  private letGo(): void {
    let gone = 0;
    // A half at once, so that not each event moves all the others.
    while (this.bytes > this.maxBytes / 2)
      this.bytes -= this.held[gone++]!.value.length + EVENT_OVERHEAD_BYTES;
    this.held = this.held.slice(gone);
  }
}

const newRun = (): string => randomUUID().slice(0, RUN_CHARACTERS);

const idOf = (run: string, sequence: number): string => `${run}.${sequence}`;
