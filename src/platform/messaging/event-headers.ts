import { isUtf8 } from 'node:buffer';

/** A header of an event. A name may stand several times, and a value may be missing, which is not an empty one. */
export interface EventHeader {
  /** Bytes where they are not UTF-8. */
  readonly name: string | Buffer;
  readonly value: Buffer | null;
}

/** All headers of an event, in the order in which they were sent. */
export type EventHeaders = readonly EventHeader[];

/** The value of the last header of a name; undefined where there is none, or it has no value. */
export function lastValueOf(headers: EventHeaders, name: string): Buffer | undefined {
  for (let at = headers.length - 1; at >= 0; at--) {
    if (headers[at]!.name === name) return headers[at]!.value ?? undefined;
  }
  return undefined;
}

/** The headers that a map of texts stands for. */
export function headersOf(texts: Readonly<Record<string, string>>): EventHeader[] {
  const headers: EventHeader[] = [];
  for (const name in texts) headers.push({ name, value: Buffer.from(texts[name]!) });
  return headers;
}

/** A header in JSON: its name and its value, both in base64, which any database can hold. */
export type HeaderJson = readonly [name: string, value: string | null];

export function headersToJson(headers: EventHeaders): HeaderJson[] {
  return headers.map(({ name, value }) => [
    nameBytesOf(name).toString('base64'),
    value === null ? null : value.toString('base64'),
  ]);
}

export function headersFromJson(list: readonly HeaderJson[]): EventHeader[] {
  return list.map(([name, value]) => ({
    name: nameOf(Buffer.from(name, 'base64')),
    value: value === null ? null : Buffer.from(value, 'base64'),
  }));
}

/** @param map values in base64 */
export function headersFromMap(map: Readonly<Record<string, string>>): EventHeader[] {
  return Object.entries(map).map(([name, base64]) => ({ name, value: Buffer.from(base64, 'base64') }));
}

export function nameBytesOf(name: EventHeader['name']): Buffer {
  return typeof name === 'string' ? Buffer.from(name) : name;
}

export function nameOf(bytes: Buffer): EventHeader['name'] {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}
