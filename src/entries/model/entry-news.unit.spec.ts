import { expect, it } from 'vitest';
import { changeNews, epochNews, parseNews } from './entry-news.js';

it('an epoch is told', () => {
  expect(parseNews(epochNews(1_795_977_926_123))).toEqual({ epoch: 1_795_977_926_123 });
});

it('changes are told, in payloads that PostgreSQL takes', () => {
  const changes = Array.from({ length: 100 }, (_, version) => ({
    storageKey: `global/${'%20'.repeat(255)}${version}`,
    version,
  }));
  const payloads = changeNews(changes);
  expect(Math.max(...payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThan(8_000);
  const news = payloads.map(parseNews);
  expect(news.flatMap((one) => ('changes' in one ? one.changes : []))).toEqual(changes);
});

it('the longest key fits into a payload', () => {
  const longest = `${'%00'.repeat(255)}/${'%00'.repeat(255)}`;
  const [payload, ...others] = changeNews([{ storageKey: longest, version: Number.MAX_SAFE_INTEGER }]);
  expect(payload!.length).toBeLessThan(8_000);
  expect(others).toEqual([]);
});

it('where nothing has changed nothing is told', () => {
  expect(changeNews([])).toEqual([]);
});
