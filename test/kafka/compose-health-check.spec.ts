import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePorts } from '../../scripts/free-ports.js';
import { composeServices } from '../deploy/compose.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');
const ANSWER_TIMEOUT_MS = 20_000;
/** Where no answer is expected, however long it is waited for. */
const SILENCE_MS = 2_000;

/** Runs the check of `docker-compose.yml` against another port, and returns whether it passes. */
function isHealthy(port: number, timeout = ANSWER_TIMEOUT_MS): Promise<boolean> {
  const [, command, ...parameters] = composeServices()['kafka']!.healthcheck!.test;
  const here = parameters.map((text) =>
    text.replace('/127.0.0.1/19092', `/127.0.0.1/${port}`).replaceAll('$$', '$'),
  );
  return new Promise((resolve) => {
    execFile(command!, here, { timeout, killSignal: 'SIGKILL' }, (error) => resolve(error === null));
  });
}

describe.skipIf(kafka.skipped)("the health check of the composition's Kafka", () => {
  it('passes with a broker that answers', async () => {
    const [broker] = kafka.brokers.split(',');
    expect(await isHealthy(Number(broker!.split(':').at(-1)))).toBe(true);
  });

  it('fails where nothing listens', async () => {
    const [port] = await freePorts(0);
    expect(await isHealthy(port)).toBe(false);
  });

  it('fails where something listens that does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    expect(await isHealthy((silent.address() as AddressInfo).port, SILENCE_MS)).toBe(false);
    silent.close();
  });
});
