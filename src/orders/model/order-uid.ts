/** Safe as it stands in a URL path, a Kafka key, a header and a file name. */
export const ORDER_UID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text can be the id of an order at all; says nothing of whether there is such an order. */
export function isOrderUid(text: string): boolean {
  return ORDER_UID_PATTERN.test(text);
}
