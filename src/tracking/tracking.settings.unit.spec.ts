import { expect, it } from 'vitest';
import { faultsOfLoading } from '../../test/support/setting-faults.js';
import { loadSettings } from '../platform/config/load-environment.js';
import { TRACKING_SETTINGS, TrackingSettings } from './tracking.settings.js';

const load = (variables: Record<string, string>): TrackingSettings =>
  loadSettings([TRACKING_SETTINGS], variables).of(TrackingSettings);

const faultsOf = (variables: Record<string, string>): readonly string[] =>
  faultsOfLoading(() => load(variables));

const secretOf = (byte: number): string => `whsec_${Buffer.alloc(24, byte).toString('base64')}`;

it('tracking has its defaults where the environment says nothing, and no secret', () => {
  expect(load({})).toEqual(new TrackingSettings());
  expect(new TrackingSettings().TRACKING_WEBHOOK_SECRETS).toEqual([]);
});

it('the webhook of carriers has one secret or more, which are not shown', () => {
  const [one, other] = [secretOf(1), secretOf(2)];
  const settings = load({ TRACKING_WEBHOOK_SECRETS: `${one},${other}` });
  expect(settings.TRACKING_WEBHOOK_SECRETS).toEqual([one, other]);
  expect(faultsOf({ TRACKING_WEBHOOK_SECRETS: `${one},secret` })).toEqual([
    expect.stringMatching(/^TRACKING_WEBHOOK_SECRETS holds a value \(hidden\)/),
  ]);
});

it('the two topics have different names', () => {
  expect(faultsOf({ DELIVERY_EVENTS_TOPIC: 'one', SHIPMENT_STATUS_TOPIC: 'one' })).toEqual([
    'DELIVERY_EVENTS_TOPIC and SHIPMENT_STATUS_TOPIC are both one: expected two names',
  ]);
});
