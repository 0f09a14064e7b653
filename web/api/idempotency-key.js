const BYTES = 16;

/** The name of a request that is to be done once, however often it is sent. `crypto.randomUUID` needs a secure context. */
export function newIdempotencyKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
