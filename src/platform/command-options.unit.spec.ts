import { describe, expect, it } from 'vitest';
import { aWholeNumber, CommandOptions, PROGRAM_URL, SEED } from './command-options.js';
import { UsageError } from './usage-error.js';

const NAMES = ['count', 'url', 'seed'] as const;

function faultsOf(line: string): string[] {
  try {
    const options = new CommandOptions(line.split(' '), NAMES);
    options.take('count', aWholeNumber(1, 10));
    options.take('url', PROGRAM_URL);
    options.take('seed', SEED);
    options.requireRight();
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message.split('\n');
  }
}

describe('options of a command', () => {
  it('are read, and undefined where they are not given', () => {
    const options = new CommandOptions(['--count', '7', '--url', 'https://shop.example/a//'], NAMES);
    expect(options.take('count', aWholeNumber(1, 10))).toBe(7);
    expect(options.take('url', PROGRAM_URL)).toBe('https://shop.example/a');
    expect(options.take('seed', SEED)).toBeUndefined();
    expect([options.has('url'), options.has('seed')]).toEqual([true, false]);
    options.requireRight();
  });

  it.each([
    ['--count 0', '--count is 0: expected a whole number from 1 to 10, once'],
    ['--count 11', '--count is 11: expected a whole number from 1 to 10, once'],
    ['--count 1e1', '--count is 1e1: expected a whole number from 1 to 10, once'],
    ['--count 1 --count 2', '--count is 1 and 2: expected a whole number from 1 to 10, once'],
    ['--seed -1', "Option '--seed' argument is ambiguous: expected --count, --url, --seed"],
    ['--seed=-1', '--seed is -1: expected a whole number from 0 to 4294967295, once'],
    ['--url shop', '--url is shop: expected a URL such as http://127.0.0.1:8080, without query, once'],
    ['--cuont 1', "Unknown option '--cuont': expected --count, --url, --seed"],
    ['--count', "Option '--count <value>' argument missing: expected --count, --url, --seed"],
    ['count', "Unexpected argument 'count'"],
  ])('%s is refused', (line, fault) => {
    expect(faultsOf(line)).toEqual([expect.stringContaining(fault)]);
  });

  it('are all named that are wrong', () => {
    expect(faultsOf('--count 0 --url shop')).toHaveLength(2);
  });
});
