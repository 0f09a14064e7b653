import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const MIGRATIONS_DIR = resolve(import.meta.dirname, '..', '..', 'migrations');

export interface CompiledMigrations {
  directory: string;
  remove(): Promise<void>;
}

/**
 * The migrations as TypeORM loads them: JavaScript files in a folder. Compiled from the sources, so that a spec
 * never runs against what an older build has left in `dist`.
 */
export async function compileMigrations(): Promise<CompiledMigrations> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-migrations-'));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  for (const name of (await readdir(MIGRATIONS_DIR)).filter((file) => file.endsWith('.ts'))) {
    const source = await readFile(join(MIGRATIONS_DIR, name), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      },
    });
    await writeFile(join(directory, name.replace(/\.ts$/, '.js')), outputText);
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
