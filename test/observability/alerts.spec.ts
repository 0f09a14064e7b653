import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findCommand, installOnCi } from '../support/debian-packages.js';
import { isTierRequired } from '../support/tiers.js';
import { alertQueries, read } from './queries.js';

const run = promisify(execFile);
const cwd = fileURLToPath(new URL('../..', import.meta.url));

interface AlertTests {
  tests: { alert_rule_test: { alertname: string; exp_alerts: object[] }[] }[];
}

async function findPromtool(): Promise<string | undefined> {
  const found = await findCommand('promtool');
  if (found !== undefined || !isTierRequired()) return found;
  await installOnCi('prometheus');
  return (await findCommand('promtool')) ?? 'promtool';
}

const promtool = await findPromtool();
const names = alertQueries()
  .map(({ place }) => place)
  .sort();

describe('the alerts', () => {
  it.skipIf(promtool === undefined).each([
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'deploy/prometheus/alerts.yml'],
    ['test', 'rules', 'deploy/prometheus/alerts.test.yml'],
  ])('pass promtool %s %s %s', async (...command) => {
    expect((await run(promtool!, command, { cwd })).stdout).toContain('SUCCESS');
  });

  it('have each a test in which they fire', () => {
    const { tests } = parse(read('deploy/prometheus/alerts.test.yml')) as AlertTests;
    const fired = tests
      .flatMap((test) => test.alert_rule_test)
      .filter((test) => test.exp_alerts.length > 0)
      .map((test) => test.alertname);
    expect([...new Set(fired)].sort()).toEqual(names);
  });

  it('stand in operations.md', () => {
    const [, alerts] = read('docs/operations.md').split('\n## Alerts\n');
    const listed = [...alerts!.matchAll(/^\| (\w+) \((?:page|ticket)\)/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(names);
  });
});
