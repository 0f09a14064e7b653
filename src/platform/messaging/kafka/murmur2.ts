const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/**
 * MurmurHash2 of 32 bits, by which Kafka's own client finds the partition of a key (Utils.murmur2). kafkajs computes it in
 * integers of 64 bits, each of them an object.
 */
export function murmur2(key: Buffer | string): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  const { length } = bytes;
  const wholeWords = length & ~3;
  let hash = SEED ^ length;
  for (let at = 0; at < wholeWords; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, MULTIPLIER);
    word ^= word >>> SHIFT;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  const rest = length - wholeWords;
  if (rest === 3) hash ^= bytes[wholeWords + 2]! << 16;
  if (rest >= 2) hash ^= bytes[wholeWords + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[wholeWords]!, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
