import { Optional, Text } from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import { Long } from '../../platform/validation/long-field.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import type { Customer } from './customer.js';

/** A record that is read from the topic may have a longer one. */
const MAX_ID_CHARACTERS = 1_024;
const MAX_TEXT_CHARACTERS = 8_192;

const CustomerText = (): PropertyDecorator => Text({ maxCharacters: MAX_TEXT_CHARACTERS });
const Milliseconds = (): PropertyDecorator => Long('milliseconds since the Unix epoch; now when left out');

/** What a customer is created with. */
export class NewCustomer {
  @Text({ minCharacters: 1, maxCharacters: MAX_ID_CHARACTERS }) accountId!: string;
  @CustomerText() name!: string;
  @CustomerText() address!: string;
  @CustomerText() phone!: string;
  @Optional() @Milliseconds() createdAt?: number | bigint | undefined;
  @Optional() @Milliseconds() updatedAt?: number | bigint | undefined;
}

const validate = compileValidator(NewCustomer, 'a customer');

/** The body of a request. A field that we do not know is refused by name. Never throws. */
export const decodeNewCustomer = (body: Buffer | null): Acceptance<NewCustomer> | Refusal =>
  decodeJson(body, (decoded) => validate(decoded, 'refuse'), { areLongs: true });

/** The customer that is created. */
export const customerOf = (
  { accountId, name, address, phone, createdAt, updatedAt }: NewCustomer,
  nowMs: number,
): Customer => ({
  accountId,
  name,
  address,
  phone,
  createdAt: BigInt(createdAt ?? nowMs),
  updatedAt: BigInt(updatedAt ?? nowMs),
});
