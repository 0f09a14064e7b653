import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** The log lines that operations.md tells operators to look for. */
const documented = (): string[] => {
  const [, section] = readFileSync('docs/operations.md', 'utf8').split('\n## Log lines that matter\n');
  const rows = section!.split('\n## ')[0]!.matchAll(/^\| (`[^|]+)\|/gm);
  return [...rows].flatMap(([, cell]) =>
    [...cell!.replaceAll(/\([^)]*\)/g, '').matchAll(/`([^`]+)`/g)].map(([, line]) => line!),
  );
};

it('every log line that operations.md names is one that the program writes', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .map((path) => readFileSync(`src/${path}`, 'utf8'))
    .join('\n');
  const lines = documented();
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !sources.includes(`'${line}`) && !sources.includes(`\`${line}`))).toEqual([]);
});
