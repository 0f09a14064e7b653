import { bodyOf, digitsOf, keyOf, NUMBER_DIGITS, pathOf, unknownKeyOf } from './bench-entries.js';

const ZERO = 0x30;
/** Stand where digits belong, and nowhere else. */
const NUMBER_MARK = 8_888_888;
const WRITE_MARK = 9_999_999;

/** A request as it goes over the wire. It is made once for a connection, and only its digits are written anew each time. */
export class RequestBytes {
  private readonly numberAt: readonly number[];
  private readonly writeAt: readonly number[];

  private constructor(private readonly bytes: Buffer) {
    this.numberAt = placesOf(bytes, digitsOf(NUMBER_MARK));
    this.writeAt = placesOf(bytes, digitsOf(WRITE_MARK));
  }

  /** @param host as the header of that name has it */
  static read(host: string, isKnown: boolean): RequestBytes {
    const key = isKnown ? keyOf(NUMBER_MARK) : unknownKeyOf(NUMBER_MARK);
    return new RequestBytes(Buffer.from(`GET ${pathOf(key)} HTTP/1.1\r\nhost: ${host}\r\n\r\n`));
  }

  static write(host: string): RequestBytes {
    const body = bodyOf(NUMBER_MARK, WRITE_MARK);
    const head = [
      `POST ${pathOf(keyOf(NUMBER_MARK))} HTTP/1.1`,
      `host: ${host}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return new RequestBytes(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`));
  }

  /**
   * The request for a key.
   *
   * @param write the number of a write
   * @returns the same bytes each time: those from before must have been sent
   */
  for(number: number, write = 0): Buffer {
    for (const at of this.numberAt) this.putDigits(number, at);
    for (const at of this.writeAt) this.putDigits(write, at);
    return this.bytes;
  }

  private putDigits(number: number, at: number): void {
    let rest = number;
    for (let digit = at + NUMBER_DIGITS - 1; digit >= at; digit--) {
      this.bytes[digit] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

function placesOf(bytes: Buffer, digits: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(digits); at >= 0; at = bytes.indexOf(digits, at + 1)) places.push(at);
  return places;
}
