import { expect, it } from 'vitest';
import { CustomersSettings } from '../customers.settings.js';
import { customersPath, pathOfCustomer } from './customers-path.js';

it.each([
  ['/api', '/api/users'],
  ['/api/', '/api/users'],
  ['api', '/api/users'],
  ['/a//b/', '/a/b/users'],
  ['/', '/users'],
])('the prefix %s makes %s', (prefix, path) => {
  expect(customersPath(Object.assign(new CustomersSettings(), { CUSTOMERS_PREFIX: prefix }))).toBe(path);
});

it('leads to an id of any characters', () => {
  expect(pathOfCustomer('/api/users', 'a/b é?')).toBe('/api/users/a%2Fb%20%C3%A9%3F');
});
