import { describe, expect, it } from 'vitest';
import { pathOf, pointerOf, type Steps } from './field-path.js';

const stepsOf = (...steps: (string | number)[]): Steps | undefined =>
  steps.reduce<Steps | undefined>((before, step) => ({ before, step }), undefined);

/** As RFC 6901, sections 4 and 6, has a reader do it. */
function resolve(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((here, name) => (here as Record<string, unknown>)[name], value);
}

describe('a place', () => {
  it.each<[(string | number)[], string, string]>([
    [[], '', '#'],
    [['payment', 'amount'], 'payment.amount', '#/payment/amount'],
    [['items', 12, 'sale'], 'items[12].sale', '#/items/12/sale'],
    [['items', 0, 'x.y'], 'items[0]["x.y"]', '#/items/0/x.y'],
    [['a/b'], '["a/b"]', '#/a~1b'],
    [['a~b'], '["a~b"]', '#/a~0b'],
    [['~1'], '["~1"]', '#/~01'],
    [['', 'a[0]'], '[""]["a[0]"]', '#//a%5B0%5D'],
    [['na\u00efve "field"'], '["na\u00efve \\"field\\""]', '#/na%C3%AFve%20%22field%22'],
  ])('%j is told to people as %s and to programs as %s', (steps, path, pointer) => {
    expect(pathOf(stepsOf(...steps))).toBe(path);
    expect(pointerOf(stepsOf(...steps))).toBe(pointer);
    const value = steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), 'found');
    expect(resolve(value, pointer)).toBe('found');
  });

  it.each([['\ud800'], ['x'.repeat(513)], ['\u0436'.repeat(100)]])(
    'has no pointer that could not be read: %j',
    (name) => {
      expect(pointerOf(stepsOf('a', name, 0))).toBeUndefined();
      expect(pathOf(stepsOf('a', name, 0)).length).toBeLessThan(200);
    },
  );
});
