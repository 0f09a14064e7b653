import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/batching/coalescer.js';
import { Failures } from '../../platform/failures/failures.js';
import { CarrierEventIntake, type EventGroup, type GroupOutcome } from './carrier-event-intake.js';

/** Events from callers who wait for their answer; concurrent requests share a transaction. */
@Injectable()
export class CarrierEventSubmission {
  private readonly coalescer: Coalescer<EventGroup, GroupOutcome>;

  constructor(intake: CarrierEventIntake, failures: Failures) {
    this.coalescer = new Coalescer({
      name: { one: 'the parcel', many: 'carrier events' },
      // A parcel that somebody holds is mostly that of all the request's events.
      keyOf: ([first]) => first!.track_number,
      rowsOf: (group) => group.length,
      write: (groups) => intake.receive(groups, { purpose: 'request' }),
      failures,
    });
  }

  /**
   * Resolves once the events are committed, or the outcome tells of conflicts, and nothing of them was stored.
   *
   * @param bytes length of the body that they came in
   * @throws TooBusyError when nothing was written for lack of room or time, and what the database says
   */
  submit(events: EventGroup, bytes: number): Promise<GroupOutcome> {
    return this.coalescer.submit(events, bytes);
  }
}
