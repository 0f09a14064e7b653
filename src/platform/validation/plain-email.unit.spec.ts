import { isEmail } from 'class-validator';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlainEmail } from './plain-email.js';

it('takes what nearly every order holds', () => {
  expect(isPlainEmail('test@gmail.com')).toBe(true);
  expect(isPlainEmail('first.last+tag@mail-1.example.co.uk')).toBe(true);
});

it('never takes what class-validator refuses', () => {
  const nearAddresses = fc.stringMatching(/^[aZ9._+@-]{0,20}[a@.-]{1,4}[b9-]{0,6}\.[a-z.9-]{1,5}$/);
  const addresses = fc.stringMatching(/^[a-z.+_-]{1,40}@[a-z0-9.-]{1,60}\.[a-z]{1,8}$/);
  const anything = fc.oneof(nearAddresses, addresses, fc.emailAddress(), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(anything, (text) => !isPlainEmail(text) || isEmail(text)),
    { numRuns: 5_000 },
  );
});

it('answers at once for a text made to make it backtrack', () => {
  expect(isPlainEmail(`a@${'a-'.repeat(500_000)}`)).toBe(false);
  expect(isPlainEmail(`a@${'a'.repeat(57)}!`)).toBe(false);
});
