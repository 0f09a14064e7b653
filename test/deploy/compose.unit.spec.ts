import { describe, expect, it } from 'vitest';
import { CONTEXTS } from '../../src/app.module.js';
import { PROGRAM_SETTINGS } from '../../src/platform/config/environment.js';
import { variablesOf } from '../../src/platform/config/setting-group.js';
import { composeServices } from './compose.js';

/** What the image itself sets: folders of its own. */
const OF_THE_IMAGE = ['STATIC_DIR', 'DATA_DIR'];
/** Of two ways to name the database, Redis, Kafka and the address to listen on, it takes the other. */
const OF_ANOTHER_WAY = ['DATABASE_URL', 'REDIS_ADDR', 'APP_KAFKA__BROKERS', 'APP_WEBSERVICE__ADDRESS'];
/** A path of this machine, whose file is not in the container. */
const OF_THIS_MACHINE = ['CONFIG_FILE'];

describe('docker-compose.yml', () => {
  const { waybill, gateway } = composeServices();
  const passed = waybill!.environment!;

  it('hands every setting of the program to its container, by any of its names, and nothing else', () => {
    const groups = [PROGRAM_SETTINGS, ...CONTEXTS.flatMap((context) => context.settings ?? [])];
    const expected = variablesOf(groups).filter(
      (name) => ![...OF_THE_IMAGE, ...OF_ANOTHER_WAY, ...OF_THIS_MACHINE].includes(name),
    );
    expect(Object.keys(passed).sort()).toEqual(expected.sort());
  });

  it('leaves what it does not have to say itself to the environment, under the same name', () => {
    const values = Object.entries(passed).filter(([, value]) => value?.includes('${') === true);
    for (const [name, value] of values) {
      expect(value).toMatch(new RegExp(`^\\$\\{(${name}|POSTGRES_PASSWORD):-`));
    }
    expect(Object.values(passed)).toContain(null);
  });

  it('publishes no port of the program, of which there may be several, but one in front of all', () => {
    expect(waybill!.ports).toBeUndefined();
    expect(gateway!.ports).toEqual(['127.0.0.1:${SERVER_PORT:-8080}:8080']);
  });

  it('starts no JVM to ask Kafka how it is', () => {
    expect(composeServices()['kafka']!.healthcheck!.test.join(' ')).not.toMatch(/kafka-|java|\.sh/);
  });
});
