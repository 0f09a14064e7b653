import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { ReceivedEvent, RefusedEvent } from '../../../../src/platform/messaging/received-event.js';
import { Subscribe } from '../../../../src/platform/messaging/subscription.js';
import { describeFaults } from '../../../../src/platform/validation/field-fault.js';
import { decodeScan, type ParcelScan } from '../model/parcel-scan.js';
import { ParcelIntake } from '../service/parcel-intake.js';

/** Sorts the events and hands them on. What it throws is not an event's fault, and is tried again. */
@Controller()
export class ParcelScansConsumer {
  constructor(private readonly intake: ParcelIntake) {}

  @Subscribe({ context: 'parcels', topic: 'parcel-scans', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const scans: ParcelScan[] = [];
    const refused: RefusedEvent[] = [];
    for (const event of events) {
      const verdict = decodeScan(event.value);
      if (verdict.valid) scans.push(verdict.model);
      else refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
    }
    await this.intake.receive(scans, refused);
  }
}
