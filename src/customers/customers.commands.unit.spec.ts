import { describe, expect, it } from 'vitest';
import { UsageError } from '../platform/usage-error.js';
import { parseLoadTestCommand } from './load-test/load-test-arguments.js';
import { parseProduceCommand } from './producer/produce-arguments.js';

const words = (line: string): string[] => (line === '' ? [] : line.split(' '));

describe('the arguments of produce', () => {
  it.each([
    ['--count 1000', { count: 1_000, deleteShare: 0.05 }],
    ['--count 1 --delete-share 0 --seed 7', { count: 1, deleteShare: 0, seed: 7 }],
    ['--count 1 --delete-share .5', { deleteShare: 0.5 }],
    ['--count 1 --delete-share 1.0', { deleteShare: 1 }],
  ])('%s', (line, command) => {
    expect(parseProduceCommand(words(line))).toMatchObject(command);
  });

  it.each([
    ['', '--count is missing: expected such as --count 1000'],
    ['--count 0', '--count is 0: expected a whole number from 1 to'],
    ['--count 1 --delete-share 1.5', '--delete-share is 1.5: expected a number from 0 to 1'],
    ['--count 1 --delete-share 5%', '--delete-share is 5%: expected'],
    ['--count 1 --deletes 1', "Unknown option '--deletes': expected --count, --delete-share, --seed"],
  ])('%s is refused', (line, fault) => {
    expect(() => parseProduceCommand(words(line))).toThrow(UsageError);
    expect(() => parseProduceCommand(words(line))).toThrow(fault);
  });
});

describe('the arguments of load-test', () => {
  it.each([
    ['', { url: 'http://127.0.0.1:8080', seconds: 10, connections: 64 }],
    [
      '--url http://shop.example/a/ --seconds 1 --connections 8',
      { url: 'http://shop.example/a', seconds: 1 },
    ],
  ])('%s', (line, command) => {
    expect(parseLoadTestCommand(words(line))).toMatchObject(command);
  });

  it.each([
    ['--url https://shop.example', '--url is https://shop.example: expected an http: URL'],
    ['--seconds 0', '--seconds is 0: expected a whole number from 1 to 86400'],
    ['--connections many', '--connections is many: expected a whole number from 1 to 10000'],
  ])('%s is refused', (line, fault) => {
    expect(() => parseLoadTestCommand(words(line))).toThrow(fault);
  });
});
