import { EmailAddress, ShortText, Text } from '../../platform/validation/field-rules.js';

/** Whom an order goes to and where. Only `name` must not be empty; not every country has zips and regions. */
export class Delivery {
  @Text({ minCharacters: 1 }) name!: string;
  @ShortText() phone!: string;
  @ShortText() zip!: string;
  @Text() city!: string;
  @Text() address!: string;
  @Text() region!: string;
  @EmailAddress() email!: string;
}
