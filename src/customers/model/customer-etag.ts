import type { Customer } from './customer.js';

/** A strong validator, which `CustomerTable` makes of a record as well. */
export const etagOf = ({ updatedAt }: Pick<Customer, 'updatedAt'>): string => `"${updatedAt}"`;
