import type { CustomersSettings } from '../customers.settings.js';

/** What stands before the routes: '/api', or '' for none. Slashes too many, such as one at the end, do not count. */
export const prefixOf = ({ CUSTOMERS_PREFIX }: CustomersSettings): string =>
  CUSTOMERS_PREFIX.split('/')
    .filter((step) => step !== '')
    .map((step) => `/${step}`)
    .join('');

/** The path of the list: `/api/users`. */
export const customersPath = (settings: CustomersSettings): string => `${prefixOf(settings)}/users`;

/** Where one customer is, as it stands in a Location field. */
export const pathOfCustomer = (customersPath: string, accountId: string): string =>
  `${customersPath}/${encodeURIComponent(accountId)}`;
