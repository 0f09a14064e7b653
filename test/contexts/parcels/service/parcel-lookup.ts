import { Injectable } from '@nestjs/common';
import type { ParcelScan } from '../model/parcel-scan.js';
import { ParcelScanRepository } from '../repository/parcel-scan.repository.js';

/** The one way to read: a controller knows nothing of tables. */
@Injectable()
export class ParcelLookup {
  constructor(private readonly scans: ParcelScanRepository) {}

  /** The first hundred scans of a parcel, by time; none when it has not been seen. */
  scansOf(trackNumber: string): Promise<Omit<ParcelScan, 'track_number'>[]> {
    return this.scans.ofParcel(trackNumber);
  }
}
