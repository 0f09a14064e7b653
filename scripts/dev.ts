import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import ts from 'typescript';

/**
 * `make dev`: compiles at each change, and after a build without errors restarts the application. It restarts it also after
 * a change of the page, whose files the application reads at its start.
 *
 * Not `nest start --watch`: that signals the whole tree of processes, so that the embedded PostgreSQL goes down
 * while the application is still finishing its work. Here the application alone is told to stop, and the next one
 * starts when it is gone, since one DATA_DIR admits one process.
 */
let application: ChildProcess | undefined;
let isBuildPending = false;
let isStopping = false;
let restarts: Promise<void> = Promise.resolve();

function restart(): void {
  isBuildPending = true;
  restarts = restarts.then(async () => {
    // Several builds while the old process was ending need one start.
    if (!isBuildPending || isStopping) return;
    isBuildPending = false;
    await endApplication('SIGTERM');
    if (!isStopping) application = spawn(process.execPath, ['dist/src/main.js'], { stdio: 'inherit' });
  });
}

/** Resolves when the process is gone. */
async function endApplication(signal: NodeJS.Signals | undefined): Promise<void> {
  const running = application;
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const gone = once(running, 'exit');
  if (signal !== undefined) running.kill(signal);
  await gone;
}

async function stop(signal: NodeJS.Signals | undefined): Promise<void> {
  isStopping = true;
  await endApplication(signal);
  process.exit();
}

// Ctrl-C reaches every process at the terminal, the application too: a second signal would cut its work short.
process.on('SIGINT', () => void stop(undefined));
process.on('SIGTERM', () => void stop('SIGTERM'));

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => process.cwd(),
  getNewLine: () => '\n',
};

watch('web', { recursive: true }, () => {
  if (application !== undefined) restart();
});
ts.createWatchProgram(
  ts.createWatchCompilerHost(
    'tsconfig.build.json',
    { noEmit: false },
    ts.sys,
    ts.createEmitAndSemanticDiagnosticsBuilderProgram,
    (fault) => process.stderr.write(ts.formatDiagnosticsWithColorAndContext([fault], formatHost)),
    (_status, _newLine, _options, errorCount) => {
      if (errorCount === undefined) return;
      if (errorCount === 0) restart();
      else process.stderr.write(`errors: ${errorCount}; the running application stays as it is\n`);
    },
  ),
);
