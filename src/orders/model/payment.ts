import { CurrencyCode, ShortText, WholeNumber } from '../../platform/validation/field-rules.js';
import { Amount } from './amount.js';

/**
 * How an order was paid. `amount = goods_total + delivery_cost + custom_fee`, see order-totals.ts.
 * `transaction` must not be empty: nothing else ties the order to its money. `request_id` often is.
 */
export class Payment {
  @ShortText({ minCharacters: 1 }) transaction!: string;
  @ShortText() request_id!: string;
  @CurrencyCode() currency!: string;
  @ShortText() provider!: string;
  @Amount() amount!: number;
  @WholeNumber({ meaning: 'Unix time in seconds' }) payment_dt!: number;
  @ShortText() bank!: string;
  @Amount() delivery_cost!: number;
  @Amount() goods_total!: number;
  @Amount() custom_fee!: number;
}
