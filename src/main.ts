#!/usr/bin/env node
// Before anything else, since pg reads libpq's variables from its first line on.
import './platform/config/libpq-variables.js';
import 'reflect-metadata';
import { CONTEXTS } from './app.module.js';
import { runCommandLine } from './command-line.js';

await runCommandLine(process.argv.slice(2), CONTEXTS);
