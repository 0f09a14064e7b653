import type { Customer } from './customer.js';

/** The answer's text: the fields in the record's order, and longs to the digit, which a JSON number may have any number of. */
export const encodeCustomer = ({ accountId, name, address, phone, createdAt, updatedAt }: Customer): string =>
  `{"accountId":${JSON.stringify(accountId)},"name":${JSON.stringify(name)},"address":${JSON.stringify(address)},` +
  `"phone":${JSON.stringify(phone)},"createdAt":${createdAt},"updatedAt":${updatedAt}}`;
