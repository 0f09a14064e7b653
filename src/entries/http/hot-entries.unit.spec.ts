import { register } from 'prom-client';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DirectAnswers } from '../../platform/http/direct-answers.js';
import { EntriesSettings } from '../entries.settings.js';
import { storageKeyOf } from '../model/entry-key.js';
import type { HeldEntry } from '../model/held-entry.js';
import { EntriesMetrics } from '../service/entries.metrics.js';
import type { EntryLookup } from '../service/entry-lookup.js';
import { HotEntries } from './hot-entries.js';

const LARGE_BYTES = 65_536;
const held = (bytes = 2): HeldEntry => ({
  version: 1,
  etag: '"1-1"',
  body: Buffer.alloc(bytes, '{'),
  endsAtMs: Infinity,
});

const peek = vi.fn<EntryLookup['peek']>();
const add = vi.fn<DirectAnswers['add']>();

function open(settings: Partial<EntriesSettings> = {}): HotEntries {
  register.clear();
  return new HotEntries(
    { add } as unknown as DirectAnswers,
    { peek } as unknown as EntryLookup,
    new EntriesMetrics(),
    Object.assign(new EntriesSettings(), settings),
  );
}

const ask = (hot: HotEntries, key: string, headers = {}) =>
  hot.answer(key, { url: `/v1/cache/${key}`, headers });

beforeEach(() => {
  peek.mockReset().mockReturnValue(held());
  add.mockReset();
});

describe('the short way', () => {
  it.each([
    ['a', {}, { instance: 'global', key: 'a' }],
    ['..', {}, { instance: 'global', key: '..' }],
    ['A-z_0.9~', { 'x-instance-id': 't-1' }, { instance: 't-1', key: 'A-z_0.9~' }],
    ['x'.repeat(255), {}, { instance: 'global', key: 'x'.repeat(255) }],
  ])('is taken by %s', (key, headers, entry) => {
    expect(ask(open(), key, headers)?.status).toBe(200);
    expect(peek).toHaveBeenCalledWith(storageKeyOf(entry));
  });

  it.each<[string, object]>([
    ['', {}],
    ['a%20', {}],
    ['a/b', {}],
    ['a?instance_id=t', {}],
    ['a#', {}],
    ['é', {}],
    ['x'.repeat(256), {}],
    ['a', { 'x-instance-id': '' }],
    ['a', { 'x-instance-id': 'a, b' }],
    ['a', { 'x-instance-id': 't/1' }],
    ['a', { 'x-instance-id': 'x'.repeat(256) }],
  ])('is not taken by %j', (key, headers) => {
    expect(ask(open(), key, headers)).toBeUndefined();
    expect(peek).not.toHaveBeenCalled();
  });

  it('is not taken by what is not in memory, or is large', () => {
    const hot = open();
    peek.mockReturnValue(undefined);
    expect(ask(hot, 'a')).toBeUndefined();
    peek.mockReturnValue(held(LARGE_BYTES));
    expect(ask(hot, 'a')).toBeUndefined();
    peek.mockReturnValue(held(LARGE_BYTES - 1));
    expect(ask(hot, 'a')?.status).toBe(200);
  });

  it('is counted as any other', async () => {
    const hot = open();
    ask(hot, 'a');
    peek.mockReturnValue(null);
    expect(ask(hot, 'a')?.status).toBe(404);
    peek.mockReturnValue(undefined);
    ask(hot, 'a');
    const text = await register.metrics();
    expect(text).toContain('waybill_entries_operation_seconds_count{operation="get"} 2\n');
    expect(text).toContain('waybill_entries_errors_total{operation="get",code="NOT_FOUND"} 1\n');
  });

  it('is there while nothing is limited', () => {
    open().onModuleInit();
    expect(add).toHaveBeenCalledOnce();
    open({ ENTRIES_RATE_LIMIT: 1 }).onModuleInit();
    expect(add).toHaveBeenCalledOnce();
  });
});
