const ORDER_UID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Whether an order may have this id; the server holds the same rule.
 *
 * @param {string} text
 */
export function isOrderUid(text) {
  return ORDER_UID.test(text);
}
