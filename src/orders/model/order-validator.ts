import { decodeOrder } from './order.codec.js';
import type { OrderRules, OrderVerdict } from './order.validation.js';

/** Judges what comes in, as strictly as this deployment wants it. */
export class OrderValidator {
  constructor(private readonly totals: OrderRules['totals']) {}

  /** The value of an event. Its sender may be newer than we are, so fields that we do not know are let pass. */
  ofEvent(value: Buffer | null): OrderVerdict {
    return decodeOrder(value, { totals: this.totals, unknownFields: 'ignore' });
  }

  /** The body of a request. Its sender gets an answer, so a field that we do not know is refused by name. */
  ofRequest(body: Buffer | null): OrderVerdict {
    return decodeOrder(body, { totals: this.totals, unknownFields: 'refuse' });
  }
}
