import { randomUUID } from 'node:crypto';

/** Where an event stands in its topic; a transport whose places do not grow has none. */
export interface EventPlace {
  readonly partition: number;
  readonly offset: number;
}

interface HeldEvent {
  readonly sequence: number;
  readonly place: EventPlace | undefined;
  readonly value: Buffer;
}

/** An event that comes again. */
export interface ReplayedEvent {
  readonly id: string;
  readonly value: Buffer;
}

/** What a client has seen, as an id tells it. */
interface SeenUntil {
  readonly run: string;
  readonly sequence: number;
  readonly positions: ReadonlyMap<number, number>;
}

const MIB = 1_048_576;
const MAX_BYTES = 16 * MIB;
const EVENT_OVERHEAD_BYTES = 200;
const RUN_CHARACTERS = 8;
const ID = /^([0-9a-f]{8})\.(\d{1,15})((?:\.\d{1,10}-\d{1,16})*)$/;

/**
 * The latest events of a topic that every process reads whole, for clients of a stream that come again. An event gets its
 * place when it is published, after its transaction has been committed, so one that is committed late is behind, and not
 * between, those that a client has seen.
 *
 * An id tells the process's run and the event's number in it, and how far each partition was read, by which another process
 * can tell as well what a client has seen. It is opaque to the client.
 */
export class RecentEvents {
  private run = newRun();
  private sequence = 0;
  private bytes = 0;
  private held: HeldEvent[] = [];
  /** Offset by partition: all events behind it, since this run began, are held. */
  private readonly floors = new Map<number, number>();
  private readonly positions = new Map<number, number>();

  constructor(private readonly maxBytes = MAX_BYTES) {}

  add(value: Buffer, place?: EventPlace): void {
    // Its own copy: the event's bytes are a window on all that was fetched with it.
    this.held.push({ sequence: ++this.sequence, place, value: Buffer.from(value) });
    this.bytes += value.length + EVENT_OVERHEAD_BYTES;
    if (place !== undefined) {
      if (!this.floors.has(place.partition)) this.floors.set(place.partition, place.offset - 1);
      this.positions.set(place.partition, place.offset);
    }
    if (this.bytes > this.maxBytes) this.letGo();
  }

  /** The id of the last event, or of the beginning. */
  get lastId(): string {
    return idOf(this.run, this.sequence, this.positions);
  }

  /** Events may have been missed, so nobody who comes again can be told what they have not seen. */
  beginAnew(): void {
    this.run = newRun();
    this.sequence = 0;
    this.bytes = 0;
    this.held = [];
    this.floors.clear();
    this.positions.clear();
  }

  /** The events behind an id, in their order; undefined where they are not all held, or the id is none. */
  after(id: string): ReplayedEvent[] | undefined {
    const seen = parseId(id);
    if (seen === undefined) return undefined;
    const isUnseen = this.unseenBy(seen);
    if (isUnseen === undefined) return undefined;
    const positions = new Map(this.floors);
    const replayed: ReplayedEvent[] = [];
    for (const event of this.held) {
      const { sequence, place, value } = event;
      if (place !== undefined) positions.set(place.partition, place.offset);
      if (isUnseen(event)) replayed.push({ id: idOf(this.run, sequence, positions), value });
    }
    return replayed;
  }

  private unseenBy({ run, sequence, positions }: SeenUntil): ((event: HeldEvent) => boolean) | undefined {
    if (run === this.run) {
      const oldest = this.held[0]?.sequence ?? this.sequence + 1;
      if (sequence < oldest - 1 || sequence > this.sequence) return undefined;
      return (event) => event.sequence > sequence;
    }
    // Of another process, or of this one before it missed something: by the partitions, where both know the same ones.
    if (positions.size === 0 || positions.size !== this.floors.size) return undefined;
    for (const [partition, floor] of this.floors) {
      if ((positions.get(partition) ?? -1) < floor) return undefined;
    }
    return ({ place }) => place !== undefined && place.offset > positions.get(place.partition)!;
  }

  private letGo(): void {
    let gone = 0;
    // A half at once, so that not each event moves all the others.
    while (this.bytes > this.maxBytes / 2) {
      const { place, value } = this.held[gone++]!;
      this.bytes -= value.length + EVENT_OVERHEAD_BYTES;
      if (place !== undefined) this.floors.set(place.partition, place.offset);
    }
    this.held = this.held.slice(gone);
  }
}

const newRun = (): string => randomUUID().slice(0, RUN_CHARACTERS);

function idOf(run: string, sequence: number, positions: ReadonlyMap<number, number>): string {
  let id = `${run}.${sequence}`;
  for (const [partition, offset] of positions) id += `.${partition}-${offset}`;
  return id;
}

function parseId(id: string): SeenUntil | undefined {
  const [, run, sequence, places] = ID.exec(id) ?? [];
  if (run === undefined) return undefined;
  const positions = places!
    .split('.')
    .slice(1)
    .map((place) => place.split('-').map(Number) as [number, number]);
  return { run, sequence: Number(sequence), positions: new Map(positions) };
}
