import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { runWaybill, startWaybill, temporaryDataDir } from '../support/waybill-process.js';

/** sysexits.h */
const EX_USAGE = 64;
const EX_CONFIG = 78;

/** Settings that the tests give each program, and which the file is to say here. */
const UNSAID = { CONTEXTS: '', SERVER_PORT: '' };

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryDataDir();
});
afterEach(() => removeDataDir(dataDir));

const write = (text: string, name = 'waybill.yaml'): Promise<void> => writeFile(join(dataDir, name), text);

/** The example of README.md, under "A configuration file". */
async function exampleOfReadme(): Promise<string> {
  const readme = await readFile(resolve(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  return /### A configuration file\n[^]*?```yaml\n([^]*?)```/.exec(readme)![1]!;
}

describe('a start with a configuration file', () => {
  it('takes what the file says, the example of README.md among it, and the environment before it', async () => {
    const example = await exampleOfReadme();
    expect(example).toContain('server_port: 8085\n');
    await write(example);
    const waybill = await startWaybill({
      dataDir,
      command: ['--config', 'waybill.yaml'],
      env: { CONTEXTS: '', SERVER_PORT: '0', CONFIG_FILE: 'absent.yaml' },
    });
    try {
      expect(waybill.url).not.toContain(':8085');
      // Of the contexts that the example names, and of none that it does not.
      expect((await fetch(`${waybill.url}/api/orders`)).status).toBe(200);
      expect((await fetch(`${waybill.url}/data`)).status).toBe(200);
      expect((await fetch(`${waybill.url}/api/payments`)).status).toBe(404);
      expect(waybill.output()).not.toContain('warning:');
    } finally {
      await waybill.stop();
    }
  });

  it('listens on webservice.address, of the file that CONFIG_FILE names', async () => {
    await write('webservice: {address: "[::1]:0"}\ncontexts: sensors\nlog_level: info\n');
    const waybill = await startWaybill({ dataDir, env: { ...UNSAID, CONFIG_FILE: 'waybill.yaml' } });
    try {
      expect(waybill.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
      expect((await fetch(`${waybill.url}/health/ready`)).status).toBe(200);
    } finally {
      await waybill.stop();
    }
  });
});

describe('a configuration file with faults', () => {
  it('ends the start with a line for each, which names the key or the line, and shows no secret', async () => {
    await write(
      [
        'server_port: http',
        'sensors: {coutn: 3}',
        'foo: hunter2',
        'database_url: mysql://shop:hunter2@db/shop',
        'kafka: {brokers: a:1}',
        'kafka_brokers: b:1',
        '',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await runWaybill({
      dataDir,
      command: ['serve', '--config=waybill.yaml'],
      env: { ...UNSAID, LOG_LEVEL: 'loud' },
    });
    expect(code).toBe(EX_CONFIG);
    expect(stdout).toBe('');
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toEqual([
      "waybill.yaml, line 2: sensors.coutn is no setting of Waybill's: did you mean sensors.count?",
      expect.stringMatching(/^waybill\.yaml, line 3: foo is no setting of Waybill's: expected /),
      'kafka.brokers and kafka_brokers in waybill.yaml both say what KAFKA_BROKERS is, and differ: expected one of them',
      'server_port in waybill.yaml is "http": expected a whole number from 0 to 65535',
      expect.stringMatching(/^LOG_LEVEL is "loud": expected one of /),
      expect.stringMatching(/^database_url in waybill\.yaml holds a value \(hidden\): expected /),
    ]);
    expect(stderr).not.toContain('hunter2');
  });

  it.each([
    ['before the command', ['--config', 'absent.yaml', 'migrate']],
    ['behind it', ['migrate', '--config=absent.yaml']],
    ['of a context', ['promos', 'load', 'users.csv', '--config', 'absent.yaml']],
    ['that simulates', ['simulate', '--config', 'absent.yaml']],
  ])('is the fault of a command with the option %s', async (_, command) => {
    const { code, stderr } = await runWaybill({ dataDir, command });
    expect(stderr).toBe(
      'absent.yaml is not there: expected the YAML file that --config or CONFIG_FILE names\n',
    );
    expect(code).toBe(EX_CONFIG);
  });

  it('is named by CONFIG_FILE of .env too, and may be none', async () => {
    await mkdir(join(dataDir, 'folder'));
    await write('CONFIG_FILE=folder\n', '.env');
    const { code, stderr } = await runWaybill({ dataDir });
    expect(stderr).toBe('folder is a directory: expected a YAML file\n');
    expect(code).toBe(EX_CONFIG);
  });

  it.each([
    [['--config'], '--config is without a file'],
    [['migrate', '--config', 'a', '--config=b'], '--config is there 2 times'],
  ])('is no use where %j names none, or two', async (command, fault) => {
    const { code, stderr } = await runWaybill({ dataDir, command });
    expect(code).toBe(EX_USAGE);
    expect(stderr).toMatch(new RegExp(`^waybill: ${fault}: expected --config FILE, once\n\nusage: `));
  });
});
