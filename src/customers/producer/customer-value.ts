import type { Customer } from '../model/customer.js';

/** PLACEHOLDER until the platform has Avro. */
function longOf(value: bigint): Buffer {
  const bytes: number[] = [];
  let bits = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; bits > 0x7fn; bits >>= 7n) bytes.push(Number(bits & 0x7fn) | 0x80);
  bytes.push(Number(bits));
  return Buffer.from(bytes);
}
function textOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([longOf(BigInt(bytes.length)), bytes]);
}

/** A customer as a record's value. */
export function customerValue(schemaId: number, customer: Customer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(schemaId, 1);
  const { accountId, name, address, phone, createdAt, updatedAt } = customer;
  return Buffer.concat([
    head,
    ...[accountId, name, address, phone].map(textOf),
    longOf(createdAt),
    longOf(updatedAt),
  ]);
}
