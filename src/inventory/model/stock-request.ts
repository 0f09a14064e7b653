import { fieldRule, Optional, ShortText, Text, WholeNumber } from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import { MAX_ON_HAND } from './stock-level.js';

const Delta = (): PropertyDecorator =>
  fieldRule({
    name: 'delta',
    schema: {
      type: 'integer',
      format: 'int64',
      minimum: -MAX_ON_HAND,
      maximum: MAX_ON_HAND,
      description: 'Pieces that came in, or with a minus went out; not 0',
    },
    accepts: (value) =>
      Number.isSafeInteger(value) && value !== 0 && Math.abs(value as number) <= MAX_ON_HAND,
    expected: `a whole number from -${MAX_ON_HAND} to ${MAX_ON_HAND}, but not 0`,
  });

/** Who it is that asks, as they call themselves. */
const Name = (): PropertyDecorator => Text({ minCharacters: 1, maxCharacters: 100 });

/** What there is of a thing, as somebody has counted it. */
export class StockCount {
  @WholeNumber() nm_id!: number;
  @WholeNumber({ max: MAX_ON_HAND, meaning: 'pieces' }) on_hand!: number;
  @Optional() @Name() by?: string | undefined;
}

/** What has come in, or has gone out for another reason than an order. */
export class StockAdjustment {
  @Delta() delta!: number;
  @ShortText({ minCharacters: 1 }) reason!: string;
  @Optional() @Name() by?: string | undefined;
}

const validateCount = compileValidator(StockCount, 'a count of stock');
const validateAdjustment = compileValidator(StockAdjustment, 'an adjustment of stock');

/** The body of a request. A field that we do not know is refused by name. Never throws. */
export const decodeCount = (body: Buffer | null): Acceptance<StockCount> | Refusal =>
  decodeJson(body, (decoded) => validateCount(decoded, 'refuse'));
/** The same for an adjustment. */
export const decodeAdjustment = (body: Buffer | null): Acceptance<StockAdjustment> | Refusal =>
  decodeJson(body, (decoded) => validateAdjustment(decoded, 'refuse'));

const CHRT_ID = /^(0|[1-9]\d{0,15})$/;
export const CHRT_ID_TEXT = `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`;

/** The `chrt_id` that a text stands for; undefined where it stands for none. */
export function chrtIdOf(text: string): number | undefined {
  const number = CHRT_ID.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
