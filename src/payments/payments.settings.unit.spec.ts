import { expect, it } from 'vitest';
import { faultsOfLoading } from '../../test/support/setting-faults.js';
import { loadSettings } from '../platform/config/load-environment.js';
import { PAYMENTS_SETTINGS, PaymentsSettings } from './payments.settings.js';

const load = (variables: Record<string, string>): PaymentsSettings =>
  loadSettings([PAYMENTS_SETTINGS], variables).of(PaymentsSettings);

const faultsOf = (variables: Record<string, string>): readonly string[] =>
  faultsOfLoading(() => load(variables));

const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 0xa5).toString('base64')}`;
const secrets = (text: string) => ({ PAYMENTS_WEBHOOK_SECRETS: text });

it('payments have their defaults where the environment says nothing', () => {
  expect(load({})).toEqual(new PaymentsSettings());
  expect(new PaymentsSettings().PAYMENTS_WEBHOOK_SECRETS).toEqual([]);
});

it('a webhook has one secret or more, so that one can be rotated out', () => {
  const [one, other] = [secretOf(24), secretOf(64)];
  expect(load(secrets(one)).PAYMENTS_WEBHOOK_SECRETS).toEqual([one]);
  expect(load(secrets(`${one}, ${other}`)).PAYMENTS_WEBHOOK_SECRETS).toEqual([one, other]);
});

it.each([
  ['no prefix', secretOf(24).slice('whsec_'.length)],
  ['too short', secretOf(23)],
  ['too long', secretOf(65)],
  ['no base64', `whsec_${'!'.repeat(32)}`],
  ['cut off', secretOf(25).slice(0, -1)],
  ['one that is missing', `${secretOf(24)},`],
])('a secret is refused that has %s, and is not shown', (_, text) => {
  expect(faultsOf(secrets(text))).toEqual([
    'PAYMENTS_WEBHOOK_SECRETS holds a value (hidden): expected a comma-separated list of whsec_ and 24 to 64 bytes in base64',
  ]);
});

it('the two topics have different names', () => {
  expect(faultsOf({ PAYMENTS_TOPIC: 'one', PAYMENT_STATUS_TOPIC: 'one' })).toEqual([
    'PAYMENTS_TOPIC and PAYMENT_STATUS_TOPIC are both one: expected two names',
  ]);
});
