import { describe, expect, it } from 'vitest';
import { UsageError } from '../platform/usage-error.js';
import { parseSimulateCommand } from './simulate-arguments.js';

const parse = (line: string, hasKafka = true) => parseSimulateCommand(line.split(' '), hasKafka);

function faultsOf(line: string, hasKafka = true): string {
  try {
    parse(line, hasKafka);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

describe('the arguments of simulate', () => {
  it.each([
    ['--rate 20/s --for 10m', { ordersPerSecond: 20, forMs: 600_000, lifeMs: 30_000 }],
    ['--rate 30/m --for 1h --life 90s', { ordersPerSecond: 0.5, forMs: 3_600_000, lifeMs: 90_000 }],
    ['--rate 1.5/s --for 0.5s --seed 7', { ordersPerSecond: 1.5, forMs: 500, seed: 7 }],
    ['--rate 1/s --for 1s --http http://shop.example/', { http: 'http://shop.example' }],
    ['--rate 1/s --for 1s --api https://shop.example/waybill', { api: 'https://shop.example/waybill' }],
  ])('%s', (line, command) => {
    expect(parse(line)).toMatchObject(command);
  });

  it.each([
    ['--for 10s', '--rate is missing'],
    ['--rate 20/s', '--for is missing'],
    ['--rate 20 --for 10s', '--rate is 20: expected'],
    ['--rate 0/s --for 10s', '--rate is 0/s: expected'],
    ['--rate 20000/s --for 10s', '--rate is 20000/s: expected up to 10000/s'],
    ['--rate 1/s --rate 2/s --for 10s', '--rate is 1/s and 2/s: expected'],
    ['--rate 1/s --for 10', '--for is 10: expected'],
    ['--rate 1/s --for 0s', '--for is 0s: expected'],
    ['--rate 1/s --for 1s --life 500s --life 1s', '--life is 500s and 1s'],
    ['--rate 1/s --for 1s --life 0.5s', '--life is 0.5s: expected 1s to 1h'],
    ['--rate 1/s --for 1s --http ftp://shop.example', '--http is ftp://shop.example: expected a URL'],
    ['--rate 1/s --for 1s --http shop', '--http is shop: expected a URL'],
    ['--rate 1/s --for 1s --api http://a --http http://b', '--api goes with Kafka'],
    ['--rate 1/s --for 1s --seed 1e3', '--seed is 1e3: expected a whole number'],
    ['--rate 1000/s --for 1s --life 1m', '--rate and --life make more than 50000 lives'],
    ['--rate 1/s --for 1s --rat 2', "Unknown option '--rat': expected --rate, --for"],
    ['--rate 1/s --for 1s fast', "Unexpected argument 'fast'"],
  ])('%s is refused', (line, fault) => {
    expect(faultsOf(line)).toContain(fault);
  });

  it('names all that is wrong, and asks for a place to send to', () => {
    expect(faultsOf('--rate x --for y', false).split('\n')).toEqual([
      expect.stringMatching(/^--rate is x/),
      expect.stringMatching(/^--for is y/),
      expect.stringMatching(/^--http is missing, and KAFKA_BROKERS is not set/),
    ]);
  });
});
