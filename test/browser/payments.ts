/** The amount of the sample order. */
const SAMPLE_AMOUNT = 1817;

/** Something has happened to the money of an order. */
export async function pay(baseUrl: string, orderUid: string, type: string): Promise<void> {
  const event = {
    event_id: crypto.randomUUID(),
    order_uid: orderUid,
    transaction: 'b563feb7b2b84b6test',
    type,
    amount: SAMPLE_AMOUNT,
    currency: 'USD',
    occurred_at: new Date().toISOString(),
  };
  const response = await fetch(`${baseUrl}/api/payments/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}
