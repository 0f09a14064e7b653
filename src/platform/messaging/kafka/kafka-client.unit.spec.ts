import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Environment } from '../../config/environment.js';
import { createKafka } from './kafka-client.js';

describe('what kafkajs says', () => {
  function told(message: string, error: string): number {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const environment = Object.assign(new Environment(), { KAFKA_BROKERS: ['kafka-1:9092'] });
    createKafka(environment, log).logger().namespace('Connection').error(message, { error });
    return lines.length;
  }

  it.each([
    'Response SaslHandshake(key: 17, version: 1)',
    'Response SaslAuthenticate(key: 36, version: 1)',
    'Connection error: Client network socket disconnected before secure TLS connection was established',
  ])('is left out where we say it, or it is about what we have ended: %s', (message) => {
    expect(told(message, 'Authentication failed')).toBe(0);
  });

  it('is logged otherwise', () => {
    expect(told('Response Produce(key: 0, version: 7)', 'The broker is out of memory')).toBe(1);
  });
});
