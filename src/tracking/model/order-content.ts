import { ListOf, Optional, ShortText, WholeNumber } from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import { compileValidator, type Refusal } from '../../platform/validation/model-validator.js';
import { UrlSafeId } from '../../platform/validation/url-safe-id.js';

const MAX_ITEMS = 1_000;

class OrderLine {
  /** A line without one, or with an empty one, goes with the order's own. */
  @Optional() @ShortText() track_number?: string;
}

/** What an event of `order-status` says that matters to parcels. */
class OrderNews {
  @UrlSafeId() order_uid!: string;
  @ShortText() track_number!: string;
  @WholeNumber({ min: 1 }) version!: number;
  /** The version that the content is from. Senders of before orders had a life do not tell it. */
  @Optional() @WholeNumber({ min: 1 }) content_version?: number;
  @ListOf(OrderLine, { minItems: 1, maxItems: MAX_ITEMS }) items!: OrderLine[];
}

/** The track numbers of an order, as of one of its contents. */
export interface OrderContent {
  readonly orderUid: string;
  /** Grows with each content. */
  readonly contentVersion: number;
  /** In the order of the lines, each once. */
  readonly trackNumbers: readonly string[];
}

/** An order's content, and the event that told it. */
export interface ToldContent extends OrderContent {
  /** The id of the event. */
  readonly cause: string;
}

const validate = compileValidator(OrderNews, 'an event of an order');

/**
 * The value of an event of `order-status`. Never throws.
 *
 * @returns no content where its sender knew of no contents, and so left out the track numbers of the items as well: whoever
 *   needs its order has it told anew
 */
export function decodeOrderContent(
  value: Buffer | null,
): { readonly valid: true; readonly content: ToldContent | undefined } | Refusal {
  const verdict = decodeJson(value, (decoded) => validate(decoded, 'ignore'));
  if (!verdict.valid) return verdict;
  const { order_uid, version, content_version, track_number, items } = verdict.model;
  if (content_version === undefined) return { valid: true, content: undefined };
  const numbers = items.map((item) => item.track_number || track_number).filter((number) => number !== '');
  const content: ToldContent = {
    orderUid: order_uid,
    contentVersion: content_version,
    trackNumbers: [...new Set(numbers)],
    cause: `${order_uid}:${version}`,
  };
  return { valid: true, content };
}
