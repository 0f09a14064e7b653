/** Settings with shorter names have too many neighbours that mean something else. */
const LEAST_LETTERS = 5;
/** From this length on, two wrong letters still leave a name that means nothing else. */
const LETTERS_FOR_TWO_FAULTS = 8;
/** `DB_USERNAME` for `DB_USER`. */
const MOST_LETTERS_TOO_MANY = 5;
const OWN_PREFIX = /^WAYBILL_/;

export interface MisspeltSetting {
  /** A variable that is set, and is no setting. */
  readonly variable: string;
  /** The setting that was probably meant. */
  readonly setting: string;
}

/** Variables whose names are close to a setting's, and so had no effect without a word. */
export function misspeltSettings(
  variables: Iterable<string>,
  settings: readonly string[],
): MisspeltSetting[] {
  const known = new Set(settings);
  const found: MisspeltSetting[] = [];
  for (const variable of variables) {
    if (known.has(variable)) continue;
    const setting = meantBy(variable, settings);
    if (setting !== undefined) found.push({ variable, setting });
  }
  return found;
}

function meantBy(variable: string, settings: readonly string[]): string | undefined {
  const name = variable.toUpperCase().replace(/[-.]/g, '_').replace(OWN_PREFIX, '');
  let closest: string | undefined;
  let fewest = Infinity;
  for (const setting of settings) {
    const faults = faultsIn(name, setting);
    if (faults < fewest) [closest, fewest] = [setting, faults];
  }
  return closest;
}

/** How far the name is from the setting; Infinity when it means something else. */
function faultsIn(name: string, setting: string): number {
  const most = Math.min(name.length, setting.length) >= LETTERS_FOR_TWO_FAULTS ? 2 : 1;
  const faults = editDistance(name, setting, most);
  if (faults <= most && setting.length >= LEAST_LETTERS) return faults;
  // CACHE_TTL, DB_PASS: the beginning of one, but more than the part that many share.
  if (name.includes('_') && !name.endsWith('_') && setting.startsWith(name)) {
    return setting.length - name.length;
  }
  const more = name.slice(setting.length);
  const isLonger = name.startsWith(setting) && more.length <= MOST_LETTERS_TOO_MANY;
  return isLonger && setting.includes('_') && /^[A-Z_]+$/.test(more) ? more.length : Infinity;
}

/** Letters to add, drop, change or swap with their neighbour; anything above `most` stands for "too many". */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let faults = Math.min(last[j]! + 1, row[j - 1]! + 1, change);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) faults = Math.min(faults, beforeLast[j - 2]! + 1);
      row.push(faults);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
