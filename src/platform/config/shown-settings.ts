import { SSL_MODES } from './database-url.js';
import type { GivenSettings, VariableOrigin } from './given-settings.js';
import { CONTENT_OF_FILE } from './secret-files.js';
import { type ListedSetting, listedSettings, type SettingGroup, type Settings } from './setting-group.js';
import { sourceOfSetting } from './setting-sources.js';
import type { SettingSource } from './setting-texts.js';

/** Where a setting's value comes from. */
export interface ShownSource {
  readonly kind: VariableOrigin | 'configuration file' | 'default';
  /** As the operator has written it, where that is not the setting's own name. */
  readonly variable?: string;
  /** The file that a secret stands in. */
  readonly secretFile?: string;
}

/** A setting as anybody may see it. */
export interface ShownSetting {
  readonly name: string;
  /** Without anything that is secret; null where nothing is set. */
  readonly value: string | number | readonly string[] | null;
  readonly source: ShownSource;
  /** The context whose it is; none for the program's own. */
  readonly context?: string;
}

const HIDDEN = '(hidden)';

/** All settings with the values that count, and none of the secrets. */
export function shownSettings(
  settings: Settings,
  groups: readonly SettingGroup[],
  given: GivenSettings,
): ShownSetting[] {
  return listedSettings(groups).map((setting) => {
    const { group, name } = setting;
    const read = settings.of(group.type) as Record<string, unknown>;
    const source = sourceOfSetting(read, name);
    return {
      name,
      value: shownValue(setting, read[name], source),
      source: shownSource(name, source, given),
      ...(group.context !== undefined && { context: group.context }),
    };
  });
}

function shownValue(
  { group: { secrets = [], hidden = [] }, name }: ListedSetting,
  value: unknown,
  source: SettingSource | undefined,
): ShownSetting['value'] {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return null;
  // What is in a file may be another than the one that was meant.
  if (hidden.includes(name) || source?.form === CONTENT_OF_FILE) return HIDDEN;
  if (secrets.includes(name)) {
    return (typeof value === 'string' ? placeOf(value) : undefined) ?? HIDDEN;
  }
  if (Array.isArray(value)) return value.map((one: string) => withoutCredentials(one));
  return typeof value === 'number' ? value : withoutCredentials(value as string);
}

/** A path that cannot be a part of a password that was written without its escapes: a database, or its number. */
const PLAIN_PATH = /^\/[A-Za-z0-9_-]{1,63}$/;

/** Of a URL: where the server is, which database, and how it is encrypted. Undefined for what is no URL with a host. */
function placeOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === '') return undefined;
  const isDatabase = !url.protocol.startsWith('http');
  const path = isDatabase && PLAIN_PATH.test(url.pathname) ? url.pathname : '';
  const mode = SSL_MODES.find((one) => one === url.searchParams.get('sslmode'));
  return `${url.protocol}//${url.host}${path}${mode === undefined ? '' : `?sslmode=${mode}`}`;
}

/** Who puts a user, a password or a key into the URL of something that is no secret would see it here otherwise. */
function withoutCredentials(text: string): string {
  const url = text.includes('://') && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username + url.password + url.search + url.hash === '') return text;
  const user = url.username + url.password === '' ? '' : `${HIDDEN}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}${url.search === '' ? '' : `?${HIDDEN}`}`;
}

function shownSource(
  name: string,
  source: SettingSource | undefined,
  { origins }: Pick<GivenSettings, 'origins'>,
): ShownSource {
  if (source === undefined) return { kind: 'default' };
  const { variable, form, text } = source;
  return {
    // Keys of a file are written as `server_port in waybill.yaml`, which no variable is called.
    kind: origins.get(variable) ?? 'configuration file',
    ...(variable !== name && { variable }),
    ...(form === CONTENT_OF_FILE && { secretFile: text.trim() }),
  };
}
