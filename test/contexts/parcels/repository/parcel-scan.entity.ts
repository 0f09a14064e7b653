import { EntitySchema } from 'typeorm';
import type { ParcelScan } from '../model/parcel-scan.js';

type ParcelScanRow = Omit<ParcelScan, 'scanned_at'> & { scanned_at: Date };

export const ParcelScanEntity = new EntitySchema<ParcelScanRow>({
  name: 'parcel_scan',
  schema: 'parcels',
  tableName: 'scans',
  columns: {
    scan_id: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_scans' },
    track_number: { type: 'text' },
    place: { type: 'text' },
    scanned_at: { type: 'timestamptz' },
  },
  indices: [{ name: 'ix_scans_track_number', columns: ['track_number', 'scanned_at'] }],
});
