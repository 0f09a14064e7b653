import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** The whole page stays in memory. A folder that is larger is none of ours. */
const MAX_PAGE_BYTES = 8 * 1_048_576;

/** What the page has from packages: the names that it asks by, and where they are. */
const OF_PACKAGES: Readonly<Record<string, string>> = {
  'vendor/uplot/uPlot.esm.js': 'uplot/dist/uPlot.esm.js',
  'vendor/uplot/uPlot.min.css': 'uplot/dist/uPlot.min.css',
};

/** What STATIC_DIR names is not the page; the start ends with it. */
export class PageUnfitError extends Error {
  override readonly name = 'PageUnfitError';

  constructor(directory: string, reason: string) {
    super(`STATIC_DIR ${directory} cannot be served: ${reason}`);
  }
}

/**
 * Reads the files of the page, also those of packages, by their names below `/assets/`, such as `views/order/order.js`,
 * sorted. Names that begin with a dot are left out.
 *
 * @throws PageUnfitError when there is no index.html, or the page is larger than 8 MiB
 */
export async function readPageFiles(directory: string): Promise<Map<string, Buffer>> {
  const root = resolve(directory);
  const names = await namesBelow(root, '');
  if (!names.includes('index.html')) throw new PageUnfitError(root, 'index.html is not there');
  const places = new Map([
    ...names.map((name): [string, string] => [name, join(root, name)]),
    ...placesInPackages(),
  ]);
  const files = new Map<string, Buffer>();
  let bytes = 0;
  for (const [name, place] of [...places].sort(([one], [other]) => (one < other ? -1 : 1))) {
    bytes += (await stat(place)).size;
    if (bytes > MAX_PAGE_BYTES) throw new PageUnfitError(root, `it is larger than ${MAX_PAGE_BYTES} bytes`);
    files.set(name, await readFile(place));
  }
  return files;
}

/** Follows links, since a mounted folder may consist of them. */
async function namesBelow(root: string, folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(join(root, folder))) {
    if (entry.startsWith('.')) continue;
    const name = folder === '' ? entry : `${folder}/${entry}`;
    if ((await stat(join(root, name))).isDirectory()) names.push(...(await namesBelow(root, name)));
    else names.push(name);
  }
  return names;
}

function placesInPackages(): [string, string][] {
  const { resolve: find } = createRequire(import.meta.url);
  return Object.entries(OF_PACKAGES).map(([name, place]) => [name, find(place)]);
}
