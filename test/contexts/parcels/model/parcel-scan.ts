import { DateTime, ShortText, Text } from '../../../../src/platform/validation/field-rules.js';
import { decodeJson } from '../../../../src/platform/validation/json-message.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../../../src/platform/validation/model-validator.js';

/** A parcel was seen somewhere. */
export class ParcelScan {
  @Text({ minCharacters: 1, maxCharacters: 64 }) scan_id!: string;
  @ShortText({ minCharacters: 1 }) track_number!: string;
  @Text() place!: string;
  @DateTime() scanned_at!: string;
}

const validate = compileValidator(ParcelScan, 'a scan');

/** What an event says. Its sender may be newer than we are, so fields that we do not know are let pass. Never throws. */
export function decodeScan(value: Buffer | null): Acceptance<ParcelScan> | Refusal {
  return decodeJson(value, (decoded) => validate(decoded, 'ignore'));
}
