import { type CarrierEvent, type CarrierEventType, rankOf } from './carrier-event.js';
import { momentKey } from './moment.js';

/** What is kept of an event that a parcel's state may depend on. */
export interface Mark {
  readonly event_id: string;
  readonly type: CarrierEventType;
  /** {@link momentKey} */
  readonly moment: string;
  readonly occurred_at: string;
  readonly location?: string;
  readonly estimated_at?: string;
}

/**
 * All that a parcel's state depends on, of however many events. Merging is commutative, associative and idempotent, so the
 * marks of a set of events are the same in whatever order, and however often, they come.
 */
export interface ParcelMarks {
  readonly last: Mark;
  /** The last that ends a delivery, or goes on from one that was ended. */
  readonly end?: Mark;
  /** The last that names a place. */
  readonly place?: Mark;
  /** The last that has an estimate. */
  readonly estimate?: Mark;
}

/** What a parcel is, as people are told it: all null where no event of it has come. */
export interface ParcelState {
  readonly state: CarrierEventType | null;
  /** The last place that is known. */
  readonly location: string | null;
  /** The time of the event that the state is from, as the carrier wrote it. */
  readonly occurred_at: string | null;
  /** When it is expected to arrive; null once it has ended its way. */
  readonly estimated_at: string | null;
}

export interface Parcel extends ParcelState {
  readonly track_number: string;
}

const OF_DELIVERY_OR_RETURN: ReadonlySet<CarrierEventType> = new Set([
  'delivered',
  'return_started',
  'returned',
]);
const ENDED: ReadonlySet<CarrierEventType> = new Set(['delivered', 'returned', 'lost']);
const UNHEARD_OF: ParcelState = { state: null, location: null, occurred_at: null, estimated_at: null };

export function marksOf({ event_id, type, occurred_at, location, estimated_at }: CarrierEvent): ParcelMarks {
  const mark: Mark = { event_id, type, moment: momentKey(occurred_at), occurred_at, location, estimated_at };
  return {
    last: mark,
    ...(OF_DELIVERY_OR_RETURN.has(type) && { end: mark }),
    ...(location !== undefined && { place: mark }),
    ...(estimated_at !== undefined && { estimate: mark }),
  };
}

/** The marks of the events of both. */
export function mergeMarks(one: ParcelMarks, other: ParcelMarks): ParcelMarks {
  const end = later(one.end, other.end);
  const place = later(one.place, other.place);
  const estimate = later(one.estimate, other.estimate);
  return {
    last: later(one.last, other.last)!,
    ...(end && { end }),
    ...(place && { place }),
    ...(estimate && { estimate }),
  };
}

/**
 * The state of a parcel: its last event's, but that `delivered` yields only to events of a return. As long as the last
 * event of a delivery or a return is a delivery, whatever else comes behind it was ignored.
 */
export function parcelStateOf(marks: ParcelMarks | null | undefined): ParcelState {
  if (!marks) return UNHEARD_OF;
  const { last, end, place, estimate } = marks;
  const decisive = end?.type === 'delivered' ? end : last;
  return {
    state: decisive.type,
    location: decisive.location ?? place?.location ?? null,
    occurred_at: decisive.occurred_at,
    estimated_at: ENDED.has(decisive.type) ? null : (estimate?.estimated_at ?? null),
  };
}

function later(one: Mark | undefined, other: Mark | undefined): Mark | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return isLater(other, one) ? other : one;
}

/** By moment, rank of the type, and id: no two events are of the same place in this order. */
function isLater(one: Mark, other: Mark): boolean {
  if (one.moment !== other.moment) return one.moment > other.moment;
  if (one.type !== other.type) return rankOf(one.type) > rankOf(other.type);
  // As the index of the timeline sorts them.
  return Buffer.compare(Buffer.from(one.event_id), Buffer.from(other.event_id)) > 0;
}
