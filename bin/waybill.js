#!/usr/bin/env node
// What `npx waybill` runs. It is here before the first build is, since npx remembers a package without its command.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { URL } from 'node:url';

/** sysexits.h */
const EX_UNAVAILABLE = 69;

const program = new URL('../dist/src/program.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write(
    'waybill: it is not built yet: run `make build` (or `npm ci && npm run build`) first\n',
  );
  process.exitCode = EX_UNAVAILABLE;
}
