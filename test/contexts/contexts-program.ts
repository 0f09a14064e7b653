import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { tellSweeper } from '../support/left-behind.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
const CONTEXTS = join('test', 'contexts');
/** What the program consists of, besides what `npm run build` has built. */
const PARTS = /^(main\.ts|(parcels|weights|unreliable)[/\\].*\.ts)$/;

export interface ContextsProgram {
  /** What Node is started with. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * The program with the example contexts in it, for a process of its own. They are compiled into a temporary folder, in
 * which the built sources and the packages stand by links: Node resolves a link, so each module is loaded once.
 */
export async function compileContextsProgram(): Promise<ContextsProgram> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-contexts-'));
  tellSweeper('directory', directory);
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  await symlink(join(ROOT, 'dist', 'src'), join(directory, 'src'));
  const files = await readdir(join(ROOT, CONTEXTS), { recursive: true });
  for (const file of files.filter((name) => PARTS.test(name))) {
    const source = await readFile(join(ROOT, CONTEXTS, file), 'utf8');
    const target = join(directory, CONTEXTS, file.replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, compiled(source));
  }
  return {
    path: join(directory, CONTEXTS, 'main.js'),
    async remove() {
      await rm(directory, { recursive: true, force: true });
      tellSweeper('removed', directory);
    },
  };
}

/** As `tsconfig.json` has it: Nest needs the metadata of decorators. */
const compiled = (source: string): string =>
  ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: true,
    },
  }).outputText;
