import { describe, expect, it } from 'vitest';
import { DATUM } from './customer-schema.fixture.js';
import { framed, unframed } from './wire-format.js';

const VECTOR = Buffer.from('00000000070a7665633031084e20c3a90241025002d20f', 'hex');

describe('the Confluent wire format', () => {
  it('has the id of the schema before the datum', () => {
    expect(unframed(VECTOR)).toEqual({ schemaId: 7, datum: DATUM });
    expect(framed(7, DATUM)).toEqual(VECTOR);
  });

  it('has ids of 32 bits without a sign', () => {
    const value = Buffer.from('00ffffffff', 'hex');
    expect(unframed(value)).toEqual({ schemaId: 4_294_967_295, datum: Buffer.alloc(0) });
    expect(framed(4_294_967_295, Buffer.alloc(0))).toEqual(value);
    expect(() => framed(-1, DATUM)).toThrow(RangeError);
    expect(() => framed(2 ** 32, DATUM)).toThrow(RangeError);
  });

  it.each([
    ['', 'has 0 bytes, of the 5 that the Confluent wire format begins with'],
    ['00', 'has 1 bytes, of the 5 that the Confluent wire format begins with'],
    ['00000000', 'has 4 bytes, of the 5 that the Confluent wire format begins with'],
    ['0100000007', 'starts with byte 1, and not with the 0 of the Confluent wire format'],
    ['7b7d', 'starts with byte 123, and not with the 0 of the Confluent wire format'],
  ])('is told from other bytes: %s', (hex, fault) => {
    expect(unframed(Buffer.from(hex, 'hex'))).toEqual({ fault });
  });
});
