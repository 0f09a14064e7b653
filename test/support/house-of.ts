import { CONTEXTS, type House } from '../../src/app.module.js';
import { Environment } from '../../src/platform/config/environment.js';
import { Settings } from '../../src/platform/config/setting-group.js';
import type { Context } from '../../src/platform/context.js';

/** What the program is started with, unless a test wants something else. */
export function houseOf(environment = new Environment(), contexts: readonly Context[] = CONTEXTS): House {
  const groups = contexts.flatMap((context) => context.settings ?? []);
  return { settings: Settings.defaults(groups, environment), contexts };
}
