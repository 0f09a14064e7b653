import { Injectable } from '@nestjs/common';
import { Database } from '../../../../src/platform/database/database.js';
import { DeadLetters } from '../../../../src/platform/dead-letters/dead-letters.js';
import { cloudEventHeaders } from '../../../../src/platform/messaging/cloud-events.js';
import { Outbox } from '../../../../src/platform/messaging/outbox/outbox.js';
import type { RefusedEvent } from '../../../../src/platform/messaging/received-event.js';
import { Topics } from '../../../../src/platform/messaging/topics.js';
import type { ParcelScan } from '../model/parcel-scan.js';
import { ParcelScanRepository } from '../repository/parcel-scan.repository.js';

/** The one way in: rows, what goes out, and dead letters are of one transaction. */
@Injectable()
export class ParcelIntake {
  constructor(
    private readonly database: Database,
    private readonly scans: ParcelScanRepository,
    private readonly outbox: Outbox,
    private readonly deadLetters: DeadLetters,
    private readonly topics: Topics,
  ) {}

  async receive(scans: readonly ParcelScan[], refused: readonly RefusedEvent[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const movedAt = new Date().toISOString();
      const fresh = await this.scans.store(tx, scans);
      await this.outbox.append(
        tx,
        fresh.map((scan) => ({
          topic: this.topics.deployedName('parcel-moved'),
          aggregateType: 'parcel',
          aggregateId: scan.track_number, // the message's key
          type: 'waybill.parcel.moved',
          headers: cloudEventHeaders({
            id: scan.scan_id,
            source: '/waybill/parcels',
            type: 'waybill.parcel.moved',
            subject: scan.track_number,
            time: movedAt,
          }),
          payload: JSON.stringify(scan),
        })),
      );
      await this.deadLetters.append(tx, refused);
    });
  }
}
