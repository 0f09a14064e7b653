import { IsISO8601, IsString, Length, validateSync } from 'class-validator';

/** A parcel was seen somewhere. */
export class ParcelScan {
  @Length(1, 64) scan_id!: string;
  @Length(1, 255) track_number!: string;
  @IsString() place!: string;
  /** RFC 3339. */
  @IsISO8601({ strict: true }) scanned_at!: string;
}

export type ScanVerdict = { valid: true; scan: ParcelScan } | { valid: false; reason: string };

/** What an event says. `null` is a tombstone, and bytes need not be JSON. Never throws. */
export function decodeScan(value: Buffer | null): ScanVerdict {
  const fields = parse(value);
  if (fields === undefined) return { valid: false, reason: 'must be a JSON object' };
  const { scan_id, track_number, place, scanned_at } = fields as Partial<ParcelScan>;
  const scan = Object.assign(new ParcelScan(), { scan_id, track_number, place, scanned_at });
  const faults = validateSync(scan).flatMap(({ constraints }) => Object.values(constraints ?? {}));
  return faults.length === 0 ? { valid: true, scan } : { valid: false, reason: faults.join('; ') };
}

function parse(value: Buffer | null): object | undefined {
  try {
    const parsed: unknown = JSON.parse(value?.toString() ?? '');
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
