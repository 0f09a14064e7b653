import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../../../src/platform/database/database.js';
import type { ParcelScan } from '../model/parcel-scan.js';

/** Events come again after a crash, also within one batch: the key decides. */
const STORE = `
  INSERT INTO parcels.scans (scan_id, track_number, place, scanned_at)
  SELECT scan_id, track_number, place, scanned_at
  FROM jsonb_to_recordset($1::jsonb) AS e(scan_id text, track_number text, place text, scanned_at timestamptz)
  ORDER BY scan_id
  ON CONFLICT (scan_id) DO NOTHING
  RETURNING scan_id, track_number, place`;

const OF_PARCEL = `
  SELECT scan_id, place, to_char(scanned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS scanned_at
  FROM parcels.scans WHERE track_number = $1 ORDER BY parcels.scans.scanned_at LIMIT 100`;

export type FreshScan = Pick<ParcelScan, 'scan_id' | 'track_number' | 'place'>;

@Injectable()
export class ParcelScanRepository {
  constructor(private readonly database: Database) {}

  /** @returns those that were not there */
  store(tx: Transaction, scans: readonly ParcelScan[]): Promise<FreshScan[]> {
    return tx.query(STORE, [JSON.stringify(scans)]);
  }

  /** The first hundred, by time. */
  ofParcel(trackNumber: string): Promise<Omit<ParcelScan, 'track_number'>[]> {
    return this.database.source.query(OF_PARCEL, [trackNumber]);
  }
}
