/**
 * Writes the documents that are made from the code: `docs/asyncapi.yaml`, `docs/openapi.json`, `docs/domain.md`, the table of
 * settings in `README.md` and `.env.example`. With `--check` nothing is written, and it ends with 1, naming each file that is not
 * current. The program must have been built.
 */
import 'reflect-metadata';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { domainPage } from './docs/domain.js';
import { asyncApiYaml } from './docs/asyncapi.js';
import { envExample } from './docs/env-example.js';
import { openApiJson } from './docs/openapi.js';
import { readmeWithSettings } from './docs/settings-table.js';

const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');
const DOMAIN = join(ROOT, 'docs', 'domain.md');
const COMPOSE = join(ROOT, 'docker-compose.yml');

interface Document {
  path: string;
  text: () => Promise<string>;
}

const DOCUMENTS: readonly Document[] = [
  { path: join(ROOT, 'docs', 'asyncapi.yaml'), text: asyncApiYaml },
  { path: join(ROOT, 'docs', 'openapi.json'), text: openApiJson },
  { path: DOMAIN, text: () => domainPage(DOMAIN) },
  { path: README, text: () => readmeWithSettings(README, COMPOSE) },
  { path: join(ROOT, '.env.example'), text: () => envExample(COMPOSE) },
];

async function isCurrent({ path, text }: Document): Promise<boolean> {
  const held = await readFile(path, 'utf8').catch(() => undefined);
  return held === (await text());
}

async function check(): Promise<void> {
  for (const document of DOCUMENTS) {
    if (await isCurrent(document)) continue;
    console.error(`${relative(ROOT, document.path)} is not current: run tsx scripts/docs.ts`);
    process.exitCode = 1;
  }
}

async function write(): Promise<void> {
  for (const { path, text } of DOCUMENTS) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await text());
  }
}

try {
  await (process.argv[2] === '--check' ? check() : write());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
