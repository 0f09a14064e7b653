import { fieldRule } from './field-rules.js';

const BITS = 64;

/**
 * A whole number of 64 bits (Avro's long), exact where the JSON is decoded with `areLongs`. The field holds a number, or a
 * bigint where a double does not hold it: BigInt makes one of both.
 */
export function Long(meaning?: string): PropertyDecorator {
  return fieldRule({
    name: 'long',
    schema: { type: 'integer', format: 'int64', ...(meaning !== undefined && { description: meaning }) },
    accepts: (value) =>
      typeof value === 'bigint' ? BigInt.asIntN(BITS, value) === value : Number.isSafeInteger(value),
    expected: `a whole number from ${-(2n ** 63n)} to ${2n ** 63n - 1n}`,
  });
}
