import { Injectable } from '@nestjs/common';
import { REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { mapInTurns, nextTurn, type Purpose } from '../../platform/event-loop-turns.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { type CarrierEvent, fingerprintOf } from '../model/carrier-event.js';
import { CarrierEventRepository, type EventToStore } from '../repository/carrier-event.repository.js';
import { ParcelUpdates } from './parcel-updates.js';
import { ShipmentFanOut } from './shipment-fan-out.js';
import { TrackingMetrics } from './tracking.metrics.js';

/** Events that are stored together, or not at all: those of a request, or the one of a message. */
export type EventGroup = readonly CarrierEvent[];

/** What became of a group: either none conflicts, or nothing of it was stored. */
export interface GroupOutcome {
  /** How many were not there yet. */
  readonly stored: number;
  /** Places of events in the group whose ids other content has. */
  readonly conflicts: readonly number[];
}

export interface IntakeOptions {
  readonly purpose: Purpose;
  /** What else belongs to the transaction, once the outcomes are known. */
  readonly alongside?: (tx: Transaction, outcomes: readonly GroupOutcome[]) => Promise<void>;
}

/** Another process has stored some of the same events between our look and our insert: the next try will see them. */
class StoredMeanwhileError extends TransientError {}

const MAX_TRIES = 3;

/** The one way in for events of carriers: events, parcels, and the announcements about their orders, in one transaction. */
@Injectable()
export class CarrierEventIntake {
  constructor(
    private readonly database: Database,
    private readonly events: CarrierEventRepository,
    private readonly updates: ParcelUpdates,
    private readonly fanOut: ShipmentFanOut,
    private readonly metrics: TrackingMetrics,
  ) {}

  /**
   * Resolves once all groups that do not conflict are committed; when it throws, nothing is.
   *
   * @returns what became of each group, in their order
   */
  async receive(groups: readonly EventGroup[], options: IntakeOptions): Promise<readonly GroupOutcome[]> {
    const { purpose } = options;
    const prepared = await mapInTurns(purpose, groups, (group) =>
      group.map((event): EventToStore => ({ event, fingerprint: fingerprintOf(event) })),
    );
    for (let tries = 1; ; tries++) {
      try {
        return await this.store(prepared, options);
      } catch (error) {
        if (!(error instanceof StoredMeanwhileError) || tries === MAX_TRIES) throw error;
      }
    }
  }

  private async store(
    groups: readonly (readonly EventToStore[])[],
    { purpose, alongside }: IntakeOptions,
  ): Promise<readonly GroupOutcome[]> {
    const { outcomes, update } = await this.database.transaction(
      async (tx) => {
        await nextTurn(purpose);
        const ids = new Set(groups.flatMap((group) => group.map(({ event }) => event.event_id)));
        const { fresh, outcomes } = sortOut(groups, await this.events.fingerprintsOf(tx, [...ids]));
        if ((await this.events.store(tx, fresh)) < fresh.length) {
          throw new StoredMeanwhileError('another process has stored some of the same events meanwhile');
        }
        await nextTurn(purpose);
        const update = await this.updates.apply(
          tx,
          fresh.map(({ event }) => event),
          purpose,
        );
        await alongside?.(tx, outcomes);
        return { outcomes, update };
      },
      { lockMs: purpose === 'request' ? REQUEST_LOCK_MS : undefined },
    );
    this.count(groups, outcomes);
    this.metrics.countAnnounced(update.announced);
    if (update.fansOut) this.fanOut.wake();
    return outcomes;
  }

  private count(groups: readonly (readonly EventToStore[])[], outcomes: readonly GroupOutcome[]): void {
    for (const [index, { stored, conflicts }] of outcomes.entries()) {
      this.metrics.countEvents('stored', stored);
      this.metrics.countEvents('conflicting', conflicts.length);
      if (conflicts.length === 0) this.metrics.countEvents('known', groups[index]!.length - stored);
    }
  }
}

/**
 * Tells the events that are new from those that are there already, in their order: a group is compared with what is stored, and
 * with the groups before it that are taken.
 *
 * @param known fingerprints of what is stored, by event id
 */
function sortOut(
  groups: readonly (readonly EventToStore[])[],
  known: ReadonlyMap<string, string>,
): { readonly fresh: readonly EventToStore[]; readonly outcomes: readonly GroupOutcome[] } {
  const taken = new Map(known);
  const fresh: EventToStore[] = [];
  const outcomes = groups.map((group): GroupOutcome => {
    const own = new Map<string, EventToStore>();
    const conflicts: number[] = [];
    for (const [place, one] of group.entries()) {
      const { event_id } = one.event;
      const fingerprint = taken.get(event_id) ?? own.get(event_id)?.fingerprint;
      if (fingerprint === undefined) own.set(event_id, one);
      else if (fingerprint !== one.fingerprint) conflicts.push(place);
    }
    if (conflicts.length > 0) return { stored: 0, conflicts };
    for (const [event_id, one] of own) taken.set(event_id, one.fingerprint);
    fresh.push(...own.values());
    return { stored: own.size, conflicts };
  });
  return { fresh, outcomes };
}
