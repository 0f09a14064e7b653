/** A key of a tenant. */
export interface Place {
  readonly instance: string;
  readonly key: string;
}

/** Two tenants whose names and keys could be taken for each other's, if nobody escaped them. */
const INSTANCES = ['shop', 'shop/eu'];
const ODD_KEYS = [
  'tea',
  'eu/tea',
  'a b',
  '..',
  '%2F',
  'ü☕',
  'a?b#c&d',
  'global',
  '\'"\\',
  '{1}',
  '*',
  'x\ny',
];

/** So many keys, half of them of each tenant, by the same names. */
export function placesOf(count: number): Place[] {
  return Array.from({ length: count }, (_, number) => {
    const index = number >> 1;
    return { instance: INSTANCES[number % 2]!, key: ODD_KEYS[index] ?? `item-${index}` };
  });
}

/** As it stands in findings. */
export const nameOf = ({ instance, key }: Place): string => JSON.stringify([instance, key]);

/** What a write puts under a key: a JSON text, or bytes of {@link BYTES_TYPE}. */
export type Content = { readonly json: string } | { readonly bytes: Buffer };

export const BYTES_TYPE = 'application/octet-stream';
const LARGE_BYTES = 20_000;

/** The value of a write, which names its key, its tenant and the write. Some are large, and some are bytes. */
export function contentOf(place: Place, serial: number): Content {
  const of = JSON.stringify([place.instance, place.key, serial]);
  const size = serial % 40 === 7 ? LARGE_BYTES : (serial * 7) % 120;
  if (serial % 8 !== 0) {
    return { json: `{"of":${of}, "exact":12345678901234567890.10,"b":1,"a":2,"pad":"${'x'.repeat(size)}"}` };
  }
  // All bytes, also those that no text has.
  const rest = Buffer.from(Array.from({ length: size }, (_, index) => (index * 31 + serial) & 0xff));
  return { bytes: Buffer.concat([Buffer.from(`${of}\n`), rest]) };
}

/** The write that bytes of {@link BYTES_TYPE} name. Whether it has put them there, to the byte, is another question. */
export function serialInBytes(bytes: Buffer): number | undefined {
  const serial = /^\[.*,(\d+)\]\n/.exec(bytes.toString('latin1'))?.[1];
  return serial === undefined ? undefined : Number(serial);
}

/** The same of a value in JSON. */
export function serialInJson(value: unknown): number | undefined {
  const { base64, of } = (value ?? {}) as { base64?: string; of?: readonly unknown[] };
  if (base64 !== undefined) return serialInBytes(Buffer.from(base64, 'base64'));
  const serial = of?.[2];
  return typeof serial === 'number' ? serial : undefined;
}

/** What an envelope has, of which values are read as JSON. */
export interface Envelope {
  readonly key: string;
  readonly value: unknown;
  readonly version: number;
  readonly created_at: string;
}

/** A value as it stands in JSON: itself, or bytes in base64. */
export function jsonOf(content: Content): string {
  if ('json' in content) return content.json;
  return JSON.stringify({ base64: content.bytes.toString('base64'), content_type: BYTES_TYPE });
}
