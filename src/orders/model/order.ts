import { Delivery } from './delivery.js';
import {
  DateTime,
  ListOf,
  Part,
  ShortText,
  Text,
  WholeNumber,
} from '../../platform/validation/field-rules.js';
import { Item } from './item.js';
import { UrlSafeId } from '../../platform/validation/url-safe-id.js';
import { Payment } from './payment.js';

const MAX_ITEMS = 1_000;

/**
 * An order as it comes in, goes out and is kept: every field is required and named as in the JSON.
 *
 * The decorators are the one definition of what is valid; the fast validator, the JSON Schema and the canonical
 * text are derived from them, and the order of the fields here is the order of the canonical text.
 *
 * `order_uid` and `track_number` must not be empty, since an order is found by them. Other texts may be:
 * `internal_signature` is as a rule, and an empty `customer_id` is a guest.
 */
export class Order {
  @UrlSafeId() order_uid!: string;
  @ShortText({ minCharacters: 1 }) track_number!: string;
  @ShortText() entry!: string;
  @Part(Delivery) delivery!: Delivery;
  @Part(Payment) payment!: Payment;
  @ListOf(Item, { minItems: 1, maxItems: MAX_ITEMS }) items!: Item[];
  @ShortText() locale!: string;
  @Text() internal_signature!: string;
  @ShortText() customer_id!: string;
  @ShortText() delivery_service!: string;
  @ShortText() shardkey!: string;
  @WholeNumber() sm_id!: number;
  @DateTime() date_created!: string;
  @ShortText() oof_shard!: string;
}
