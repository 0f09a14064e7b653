import { describe, expect, it } from 'vitest';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { decodeOrderContent } from './order-content.js';

const news = (fields: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      order_uid: 'o1',
      track_number: 'OWN',
      status: 'received',
      version: 3,
      content_version: 2,
      items: [{ chrt_id: 1, track_number: 'T1' }],
      ...fields,
    }),
  );
function contentOf(fields: object) {
  const verdict = decodeOrderContent(news(fields));
  if (!verdict.valid) throw new Error(describeFaults(verdict.faults));
  return verdict.content!;
}

describe('what an event of order-status says of parcels', () => {
  it('is the track numbers of the items, each once, in their order', () => {
    const items = ['T2', 'T1', 'T2'].map((track_number) => ({ track_number }));
    expect(contentOf({ items })).toEqual({
      orderUid: 'o1',
      contentVersion: 2,
      trackNumbers: ['T2', 'T1'],
      cause: 'o1:3',
    });
  });

  it("is the order's own for an item without one", () => {
    expect(contentOf({ items: [{ track_number: '' }, { track_number: 'T1' }, {}] }).trackNumbers).toEqual([
      'OWN',
      'T1',
    ]);
    expect(contentOf({ items: [{}], track_number: '' }).trackNumbers).toEqual([]);
  });

  it('is nothing where its sender knew of no contents, nor of the track numbers of items', () => {
    expect(decodeOrderContent(news({ content_version: undefined, items: [{ chrt_id: 1 }] }))).toEqual({
      valid: true,
      content: undefined,
    });
  });

  it.each([
    [{ order_uid: 'o 1' }, 'order_uid must be 1 to 64 characters'],
    [{ version: 0 }, 'version must be a whole number from 1'],
    [{ items: [] }, 'items must be a list of 1 to 1000 objects'],
    [{ items: [{ track_number: 7 }] }, 'items[0].track_number must be text'],
  ])('is nothing with %j', (fields, fault) => {
    const verdict = decodeOrderContent(news(fields));
    expect(verdict.valid ? '' : describeFaults(verdict.faults)).toContain(fault);
  });
});
