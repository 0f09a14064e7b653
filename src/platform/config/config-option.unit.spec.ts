import { describe, expect, it } from 'vitest';
import { takeConfigOption } from './config-option.js';

const taken = (line: string) => takeConfigOption(line.split(' ').filter((word) => word !== ''));

describe('--config on the command line', () => {
  it.each([
    ['--config w.yaml', ''],
    ['--config=w.yaml serve', 'serve'],
    ['--config w.yaml migrate', 'migrate'],
    ['migrate --config w.yaml', 'migrate'],
    ['promos load users.csv --config=w.yaml', 'promos load users.csv'],
    ['simulate --config w.yaml --orders 5', 'simulate --orders 5'],
  ])('is taken out of "%s"', (line, rest) =>
    expect(taken(line)).toEqual({ file: 'w.yaml', words: rest.split(' ').filter(Boolean) }),
  );

  it('may be absent', () =>
    expect(taken('promos load --configs')).toEqual({ words: ['promos', 'load', '--configs'] }));

  it.each(['--config', 'migrate --config', '--config=', '--config --yes'])('"%s" is without a file', (line) =>
    expect(taken(line).fault).toBe('--config is without a file: expected --config FILE, once'),
  );

  it.each(['--config a --config b', '--config=a migrate --config=a', '--config --config a'])(
    '"%s" has it twice',
    (line) => expect(taken(line).fault).toMatch(/^--config /),
  );
});
