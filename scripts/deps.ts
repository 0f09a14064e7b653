/** Says what there is on this machine of what the project can use, and what each is for. Only Node, npm and make are a must. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { JAVA } from './java.js';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

type Command = readonly [program: string, ...parameters: string[]];

interface Tool {
  readonly name: string;
  readonly purpose: string;
  /** What prints its version; the first that is there counts. */
  readonly commands: readonly Command[];
}

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const TOOLS: readonly Tool[] = [
  { name: 'node', purpose: 'everything (20.19 or newer)', commands: [['node', '--version']] },
  { name: 'npm', purpose: 'everything', commands: [['npm', '--version']] },
  {
    name: 'java',
    purpose: 'make kafka, make registry, and the tests with them (17 or newer)',
    commands: [[JAVA, '-version']],
  },
  { name: 'mvn', purpose: 'the same, to fetch them once', commands: [['mvn', '--version']] },
  { name: 'redis-server', purpose: 'the tests with Redis', commands: [['redis-server', '--version']] },
  { name: 'redis-cli', purpose: 'make redis-cli', commands: [['redis-cli', '--version']] },
  { name: 'psql', purpose: 'make db-shell', commands: [['psql', '--version']] },
  {
    name: 'docker compose',
    purpose: 'make docker-up, make logs-api, make logs-worker',
    commands: [['docker', 'compose', 'version']],
  },
  {
    name: 'chromium',
    purpose: 'the tests of the page',
    commands: CHROMIUMS.map((name) => [name, '--version']),
  },
  { name: 'nginx', purpose: 'the tests behind a proxy', commands: [['nginx', '-v']] },
  { name: 'promtool', purpose: 'the tests of the alerts', commands: [['promtool', '--version']] },
  { name: 'kcat', purpose: 'the examples of the README with Kafka', commands: [['kcat', '-V']] },
];

/** `PostgreSQL) 16.2 (Debian…`: the first number with a dot. */
const VERSION = /\d+(?:\.\d+)+/;

async function versionOf(commands: readonly Command[]): Promise<string> {
  for (const [program, ...parameters] of commands) {
    try {
      const { stdout, stderr } = await run(program, parameters, { timeout: TIMEOUT_MS });
      return VERSION.exec(stdout + stderr)?.[0] ?? 'here';
    } catch {
      // The next one may be there.
    }
  }
  return 'missing';
}

const rows = await Promise.all(
  TOOLS.map(async (tool) => ({ ...tool, version: await versionOf(tool.commands) })),
);
const [names, versions] = [rows.map(({ name }) => name), rows.map(({ version }) => version)].map((texts) =>
  Math.max(...texts.map((text) => text.length)),
);
for (const { name, version, purpose } of rows) {
  process.stdout.write(`${name.padEnd(names!)}  ${version.padEnd(versions!)}  ${purpose}\n`);
}
process.stdout.write(
  'PostgreSQL comes with the packages; Kafka and the schema registry are fetched by Maven.\n',
);
