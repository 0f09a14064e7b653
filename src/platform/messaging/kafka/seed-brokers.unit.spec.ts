import { expect, it } from 'vitest';
import { withIpv6Seeds } from './seed-brokers.js';

it('goes round the brokers that the settings name, and to others by their own address', async () => {
  const opened: unknown[] = [];
  const builder = withIpv6Seeds(() => ({
    build(destination) {
      opened.push(destination);
      return Promise.resolve();
    },
  }))({ brokers: ['kafka-1:9092', '[::1]:9093'] });
  await builder.build();
  await builder.build({});
  await builder.build({ host: '2001:db8::7', port: 9094 });
  await builder.build();
  expect(opened).toEqual([
    { host: 'kafka-1', port: 9092 },
    { host: '::1', port: 9093 },
    { host: '2001:db8::7', port: 9094 },
    { host: 'kafka-1', port: 9092 },
  ]);
});
