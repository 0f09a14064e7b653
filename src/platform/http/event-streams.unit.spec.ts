import { register } from 'prom-client';
import { beforeEach, expect, it, vi } from 'vitest';
import { Environment } from '../config/environment.js';
import { EventStreams } from './event-streams.js';

beforeEach(() => register.clear());

const figure = async (name: string): Promise<number | undefined> =>
  (await register.getSingleMetric(name)?.get())?.values[0]?.value;

it('the streams of several contexts share their metrics, which are not there before the first', async () => {
  const streams = new EventStreams(new Environment());
  expect(register.getSingleMetric('waybill_sse_clients')).toBeUndefined();
  const [one, other] = [streams.add(), streams.add()];
  vi.spyOn(one, 'size', 'get').mockReturnValue(2);
  vi.spyOn(other, 'size', 'get').mockReturnValue(3);
  expect(await figure('waybill_sse_clients')).toBe(5);
  expect(await figure('waybill_sse_dropped_total')).toBe(0);
});
