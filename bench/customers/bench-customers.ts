import type { Message } from 'kafkajs';
import type { Customer } from '../../src/customers/model/customer.js';
import { customerValue } from '../../src/customers/producer/customer-avro.js';

/** What the program has to be told to be for customers alone. */
export const CUSTOMERS_ALONE = { CONTEXTS: 'customers' };

/** As the program's metrics name it. */
export const CUSTOMER_ROUTE = '/api/users/:account_id';
export const CUSTOMERS_PATH = '/api/users/';

const ID_DIGITS = 10;
const PHONE_DIGITS = 9;
const FIRST_MS = Date.UTC(2026, 0, 1);

export const accountIdOf = (number: number): string => `customer-${String(number).padStart(ID_DIGITS, '0')}`;

/** The same number always gives the same customer, whose Avro datum has about 150 bytes, as any other's. */
export function benchCustomer(number: number): Customer {
  const digits = String(number).padStart(PHONE_DIGITS, '0');
  return {
    accountId: accountIdOf(number),
    name: `Margarethe Müller-Lüdenscheidt ${digits}`,
    address: `Lange Straße ${digits}, Hinterhaus, 3. Stock, 50667 Köln`,
    phone: `+49 221 ${digits}`,
    createdAt: BigInt(FIRST_MS + number),
    updatedAt: BigInt(FIRST_MS + number),
  };
}

/** Of a range of numbers, as a producer sends them. */
export function customerRecords(schemaId: number, first: number, end: number): Message[] {
  return Array.from({ length: end - first }, (_, index) => {
    const customer = benchCustomer(first + index);
    return { key: customer.accountId, value: customerValue(schemaId, customer) };
  });
}
