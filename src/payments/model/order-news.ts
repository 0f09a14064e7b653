import {
  CurrencyCode,
  Optional,
  Part,
  ShortText,
  WholeNumber,
} from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import type { KnownOrder } from './known-order.js';
import { UrlSafeId } from '../../platform/validation/url-safe-id.js';

const MAX_VERSION = 2_147_483_647;

/** What is read of an order's money. */
export class OrderMoney {
  @WholeNumber({ meaning: 'minor units of the currency' }) amount!: number;
  @CurrencyCode() currency!: string;
}

/** What is read of an announcement of an order; it has more fields than these. */
export class OrderNews {
  @UrlSafeId() order_uid!: string;
  @WholeNumber({ min: 1, max: MAX_VERSION }) version!: number;
  /** Missing where a program of an older version has sent it: then each version had content of its own. */
  @Optional() @WholeNumber({ min: 1, max: MAX_VERSION }) content_version?: number;
  @ShortText({ minCharacters: 1 }) status!: string;
  @Part(OrderMoney) payment!: OrderMoney;
}

/** What a program of an older version says in place of the order's life when its content has changed. */
const STATUS_OF_OLDER = 'updated';

const validate = compileValidator(OrderNews, 'an announcement of an order');

/** Never throws. */
export function decodeOrderNews(value: Buffer | null): Acceptance<OrderNews> | Refusal {
  return decodeJson(value, (decoded) => validate(decoded, 'ignore'));
}

export function knownOrderOf({ version, content_version, status, payment }: OrderNews): KnownOrder {
  return {
    version,
    contentVersion: content_version ?? version,
    status: status === STATUS_OF_OLDER ? undefined : status,
    amount: payment.amount,
    currency: payment.currency,
  };
}
