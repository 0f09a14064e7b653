import { ShortText, Text, WholeNumber } from '../../platform/validation/field-rules.js';
import { Amount } from './amount.js';

/** One line of an order. Every text may be empty: `chrt_id` and `nm_id` say what it is. */
export class Item {
  @WholeNumber() chrt_id!: number;
  @ShortText() track_number!: string;
  @Amount() price!: number;
  @ShortText() rid!: string;
  @Text() name!: string;
  @WholeNumber({ max: 100, meaning: 'percent' }) sale!: number;
  @ShortText() size!: string;
  @Amount() total_price!: number;
  @WholeNumber() nm_id!: number;
  @Text() brand!: string;
  @WholeNumber() status!: number;
}
