/** What the program has to be told to be for entries alone. */
export const ENTRIES_ALONE = { CONTEXTS: 'entries' };

/** As the program's metrics name it. */
export const ENTRY_ROUTE = '/v1/cache/:key';
export const ENTRIES_PATH = '/v1/cache';

/** Of the number in a key, and of the number of a write in a value: every entry is as long as any other. */
export const NUMBER_DIGITS = 7;

export const digitsOf = (number: number): string => String(number).padStart(NUMBER_DIGITS, '0');

export const keyOf = (number: number): string => `entry-${digitsOf(number)}`;

/** A key that nothing is ever written to. */
export const unknownKeyOf = (number: number): string => `nobody-${digitsOf(number)}`;

export const pathOf = (key: string): string => `${ENTRIES_PATH}/${key}`;

/** The JSON text of a value, some 200 bytes in UTF-8. @param write tells it from what other writes have put there */
export function valueOf(number: number, write: number): string {
  return JSON.stringify({
    customer: `customer-${digitsOf(number)}`,
    write: digitsOf(write),
    name: 'Margarethe Müller-Lüdenscheidt',
    address: 'Lange Straße 12, 50667 Köln',
    cart: [{ article: 48_113, pieces: 2, price: 12.5 }],
    currency: 'EUR',
  });
}

/** The body of the request that writes it. */
export const bodyOf = (number: number, write: number): string => `{"value":${valueOf(number, write)}}`;
