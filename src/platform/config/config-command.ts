import { PROGRAM_SETTINGS } from './environment.js';
import { givenSettings, ofProcess } from './given-settings.js';
import type { SettingGroup, Settings } from './setting-group.js';
import { type ShownSetting, type ShownSource, shownSettings } from './shown-settings.js';

export const CONFIG_USAGE = `usage: waybill [--config FILE] config [--json]

Prints every setting with the value that counts and where that comes from: the environment, .env, .env.local, the
configuration file, or the default. Secrets are not shown, nor read out of the files that they stand in; of a URL that may
hold one, only where it leads. Warnings and faults go to standard error; with a fault the exit code is 78.

  --json   the same as JSON
`;

/** @returns what is to be printed */
export function configText(
  settings: Settings,
  groupsOfContexts: readonly SettingGroup[],
  { isJson }: { readonly isJson: boolean },
): string {
  const groups = [PROGRAM_SETTINGS, ...groupsOfContexts];
  const shown = shownSettings(settings, groups, givenSettings(ofProcess(), process.cwd(), groups));
  return isJson ? `${JSON.stringify({ settings: shown }, undefined, 2)}\n` : tableOf(shown);
}

/** Columns that are as wide as what stands in them, but for long values, which push the source to the right. */
const MOST_WIDTH = 40;

function tableOf(shown: readonly ShownSetting[]): string {
  const rows = shown.map(({ name, value, source }) => [name, textOf(value), sourceText(source)]);
  const widths = [0, 1].map((column) =>
    Math.min(MOST_WIDTH, Math.max(...rows.map((row) => row[column]!.length))),
  );
  return rows
    .map(([name = '', value = '', source = '']) =>
      [name.padEnd(widths[0]!), value.padEnd(widths[1]!), `${source}\n`].join('  '),
    )
    .join('');
}

// eslint-disable-next-line no-control-regex -- a terminal would act on them
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function textOf(value: ShownSetting['value']): string {
  if (value === null) return 'not set';
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return CONTROL.test(text) ? JSON.stringify(text) : text;
}

function sourceText({ kind, variable, secretFile }: ShownSource): string {
  // The variable of a file's key names the file, too.
  const place = kind === 'configuration file' ? (variable ?? kind) : kind;
  const named = variable !== undefined && place !== variable ? `${place}: ${variable}` : place;
  return secretFile === undefined ? named : `${named} (${secretFile})`;
}
