import { ConfigurationError, EX_CONFIG } from './platform/config/configuration.error.js';
import { loadSettings } from './platform/config/load-environment.js';
import { settingsWithoutEffect } from './platform/config/settings-without-effect.js';
import { databaseOptions, type House, topicsOf } from './app.module.js';
import { Environment } from './platform/config/environment.js';
import type { Context } from './platform/context.js';
import type { ContextCommand, OptionsCommand } from './platform/context-command.js';
import { chosenContexts } from './platform/context-registry.js';
import { UnfitDatabaseError } from './platform/database/database.errors.js';
import { startWatchdog } from './platform/health/watchdog.js';
import { databasePlace } from './platform/postgres.js';
import { keepHeapSmall } from './platform/heap-growth.js';
import { messageForLog } from './platform/logging/error-record.js';
import { exitOnUncaughtError } from './platform/logging/uncaught-errors.js';
import { createLogger, type Logger } from './platform/logging/logger.js';
import {
  parseSkipBatchCommand,
  SKIP_BATCH_USAGE,
} from './platform/messaging/batch-skips/skip-batch-command.js';
import {
  DEAD_LETTERS_USAGE,
  type DeadLettersCommand,
  parseDeadLettersCommand,
} from './platform/dead-letters/command/dead-letters-arguments.js';
import { takeConfigOption } from './platform/config/config-option.js';
import { parseJsonOption } from './platform/json-option.js';
import { UsageError } from './platform/usage-error.js';
import { keepTickShape } from './platform/tick-shape.js';
import { packageVersion } from './platform/version.js';
import {
  contextCommand,
  deadLettersCommand,
  migrateDatabase,
  openTerminal,
  resetDatabase,
  skipBatch,
} from './database-commands.js';
import { Waybill } from './waybill.js';

/** sysexits.h */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;
const STOP_TIMEOUT_MS = 10_000;

const COMMANDS = {
  serve: 'the program itself (the default)',
  migrate: "bring the database's schema up to date",
  'reset-database': 'delete all that is stored, with --yes',
  'skip-batch': "go on behind a batch of Kafka's that cannot be decoded; with --help, how",
  'dead-letters': 'list, show, replay or discard refused events; with --help, how',
  config: 'every setting and where it comes from, without the secrets; with --help, how',
  doctor: 'try each connection and say what is wrong with it; with --help, how',
  simulate: 'drive whole lives of made-up orders; with --help, how',
  version: 'which version this is',
};

const linesOf = (commands: readonly (readonly [string, string])[]): string =>
  commands.map(([name, summary]) => `  ${name.padEnd(18)}  ${summary}\n`).join('');

/** The commands of a context, by the words that they are called with. */
async function commandsOf(context: Context): Promise<[string, string][]> {
  const commands = Object.entries((await context.commands?.()) ?? {});
  return commands.map(([name, command]) => [
    [context.name, name, ...operandsOf(command)].join(' '),
    'usage' in command ? `${command.summary}; with --help, how` : command.summary,
  ]);
}

const operandsOf = (command: ContextCommand): readonly string[] =>
  'usage' in command ? [] : (command.operands ?? []);

async function usage(contexts: readonly Context[]): Promise<string> {
  const ofContexts = (await Promise.all(contexts.map(commandsOf))).flat();
  const commands = linesOf([...Object.entries(COMMANDS), ...ofContexts]);
  return `usage: waybill [--config FILE] [command]\n\n${commands}\nFILE holds settings in YAML, as does the one that CONFIG_FILE names\n`;
}

/** What the environment says, for a house that may have these contexts. */
function readHouse(contexts: readonly Context[]): House {
  const groups = contexts.flatMap((context) => context.settings ?? []);
  try {
    for (const line of settingsWithoutEffect(undefined, undefined, groups)) {
      process.stderr.write(`warning: ${line}\n`);
    }
    const names = contexts.map(({ name }) => name);
    const settings = loadSettings(groups, undefined, undefined, names);
    const chosen = chosenContexts(contexts, settings.of(Environment).CONTEXTS);
    return { settings, contexts: chosen, elsewhere: contexts.filter((one) => !chosen.includes(one)) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    endForFaults(error);
  }
}

function endForFaults({ faults }: ConfigurationError): never {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.exit(EX_CONFIG);
}

/** Names of errors that say nothing: what Node and pg throw, and what is all in its message. */
const PLAIN_NAMES = new Set(['Error', 'error', 'AggregateError', 'ConnectionFaultError']);

/** A fault that the operator can mend: one line, no stack. */
function giveUp(error: unknown, log: Logger): never {
  log.debug({ err: error }, 'gave up');
  if (error instanceof ConfigurationError) endForFaults(error);
  const { name, code, errors } = error as NodeJS.ErrnoException & { errors?: Error[] };
  // Node has no message for an address that stands for several, none of which answered.
  const message = messageForLog(error) || messageForLog(errors?.[0]);
  const text = (message || code || name).trim().replace(/\s*\n\s*/g, ' | ');
  const where = PLAIN_NAMES.has(name) ? 'this cannot go on' : name;
  process.stderr.write(code === 'EADDRINUSE' ? `the port is taken: ${text}\n` : `${where}: ${text}\n`);
  process.exit(error instanceof UnfitDatabaseError ? EX_CONFIG : EX_UNAVAILABLE);
}

/** A command on the database, which ends with what it returns. */
async function onDatabase(
  contexts: readonly Context[],
  command: (house: House) => Promise<number>,
): Promise<void> {
  const house = readHouse(contexts);
  const environment = house.settings.of(Environment);
  process.stderr.write(`database: ${databasePlace(environment)}\n`);
  process.exitCode = await command(house).catch((error: unknown) =>
    giveUp(error, createLogger(environment.LOG_LEVEL)),
  );
}

async function refuseUsage(contexts: readonly Context[], fault: string): Promise<never> {
  process.stderr.write(`waybill: ${fault}\n\n${await usage(contexts)}`);
  process.exit(EX_USAGE);
}

async function serve(contexts: readonly Context[]): Promise<void> {
  keepHeapSmall();
  keepTickShape();
  const house = readHouse(contexts);
  const environment = house.settings.of(Environment);
  const log = createLogger(environment.LOG_LEVEL);
  exitOnUncaughtError(log);
  // A line for people that cannot be written, as where their terminal is gone, is no reason to end.
  process.stderr.on('error', () => undefined);
  startWatchdog(environment.WATCHDOG_SECONDS, (error) => log.error({ err: error }, 'the watchdog has ended'));
  let waybill: Waybill | undefined = undefined;
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('the stop took too long; what is committed is safe');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    void Promise.resolve(waybill?.stop()).then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed; what is committed is safe');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  waybill = await Waybill.start(house, log).catch((error: unknown) => giveUp(error, log));
  log.info({ url: waybill.url }, 'listening');
  try {
    await waybill.whenReady();
  } catch (error) {
    if (stopping) return;
    if (!(error instanceof UnfitDatabaseError)) throw error;
    await waybill.stop();
    giveUp(error, log);
  }
  log.info({ url: waybill.url, roles: environment.ROLES }, 'ready');
  process.stderr.write(
    `\n  Waybill is ready\n  page  ${waybill.url}/\n  API   ${waybill.url}/swagger\n  data  ${waybill.dataPlace}\n\n`,
  );
}

/** What words mean; the program ends where they mean nothing. */
function understood<T>(parse: () => T, commandUsage: string): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${commandUsage}`);
    process.exit(EX_USAGE);
  }
}

async function deadLetters(contexts: readonly Context[], options: string[]): Promise<void> {
  const command: DeadLettersCommand = understood(() => parseDeadLettersCommand(options), DEAD_LETTERS_USAGE);
  if (command.action === 'help') {
    process.stdout.write(DEAD_LETTERS_USAGE);
    return;
  }
  return onDatabase(contexts, (house) => deadLettersCommand(house, command));
}

async function simulation(contexts: readonly Context[], options: string[]): Promise<void> {
  // Loaded by those who simulate only.
  const { parseSimulateCommand, SIMULATE_USAGE } = await import('./simulation/simulate-arguments.js');
  if (options.includes('--help')) {
    process.stdout.write(SIMULATE_USAGE);
    return;
  }
  const house = readHouse(contexts);
  const { KAFKA_BROKERS, LOG_LEVEL } = house.settings.of(Environment);
  const command = understood(
    () => parseSimulateCommand(options, KAFKA_BROKERS !== undefined),
    SIMULATE_USAGE,
  );
  const { simulate } = await import('./simulation/simulate-command.js');
  const parts = { settings: house.settings, topics: topicsOf(house), terminal: openTerminal() };
  process.exitCode = await simulate(command, parts).catch((error: unknown) =>
    giveUp(error, createLogger(LOG_LEVEL)),
  );
}

async function config(contexts: readonly Context[], words: string[]): Promise<void> {
  const { CONFIG_USAGE, configText } = await import('./platform/config/config-command.js');
  if (words.includes('--help')) return void process.stdout.write(CONFIG_USAGE);
  const command = understood(() => parseJsonOption(words), CONFIG_USAGE);
  const groups = contexts.flatMap(({ settings = [] }) => settings);
  process.stdout.write(configText(readHouse(contexts).settings, groups, command));
}

async function doctor(contexts: readonly Context[], words: string[]): Promise<void> {
  // Loaded by those who run it only.
  const { DOCTOR_USAGE, examine } = await import('./doctor/doctor-command.js');
  if (words.includes('--help')) return void process.stdout.write(DOCTOR_USAGE);
  const command = understood(() => parseJsonOption(words), DOCTOR_USAGE);
  const house = readHouse(contexts);
  const parts = { ...house, topics: topicsOf(house), database: databaseOptions(house) };
  const isWell = await examine(command, parts, openTerminal());
  // What has not answered in time may hold up the end of the process otherwise.
  process.exit(isWell ? 0 : EX_UNAVAILABLE);
}

async function skip(contexts: readonly Context[], words: string[]): Promise<void> {
  const command = parseSkipBatchCommand(words);
  if (command === undefined) {
    const isHelp = words.join() === '--help';
    (isHelp ? process.stdout : process.stderr).write(SKIP_BATCH_USAGE);
    process.exit(isHelp ? 0 : EX_USAGE);
  }
  return onDatabase(contexts, (house) => skipBatch(house, command));
}

/** A command of a context; where there is none of the name, those that there are. */
async function ofContext(contexts: readonly Context[], context: Context, words: string[]): Promise<void> {
  const commands = (await context.commands?.()) ?? {};
  const [name = '', ...operands] = words;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined && 'usage' in command) return withOptions(contexts, command, operands);
  const isHelp = operands.includes('--help') || words.join() === '--help';
  if (command !== undefined && !isHelp && operands.length === operandsOf(command).length) {
    return onDatabase(contexts, (house) => {
      if (house.contexts.includes(context)) return contextCommand(house, command, operands);
      process.stderr.write(`CONTEXTS is without ${context.name}: expected it among them\n`);
      return Promise.resolve(EX_CONFIG);
    });
  }
  const help = `usage: waybill ${context.name} <command>\n\n${linesOf(await commandsOf(context))}`;
  if (isHelp) {
    process.stdout.write(help);
    return;
  }
  const found = words.length === 0 ? 'stands alone' : `is followed by ${JSON.stringify(words.join(' '))}`;
  const expected = Object.entries(commands)
    .map(([one, itself]) => [one, ...operandsOf(itself)].join(' '))
    .join(', ');
  process.stderr.write(`waybill: ${context.name} ${found}: expected ${expected} after it\n\n${help}`);
  process.exit(EX_USAGE);
}

/** A command of a context that works from beside the program. */
async function withOptions(
  contexts: readonly Context[],
  command: OptionsCommand,
  words: readonly string[],
): Promise<void> {
  if (words.includes('--help')) {
    process.stdout.write(command.usage);
    return;
  }
  const { settings } = readHouse(contexts);
  const { LOG_LEVEL } = settings.of(Environment);
  try {
    process.exitCode = await command.runWith({ settings, terminal: openTerminal() }, words);
  } catch (error) {
    if (!(error instanceof UsageError)) return giveUp(error, createLogger(LOG_LEVEL));
    process.stderr.write(`${error.message}\n\n${command.usage}`);
    process.exit(EX_USAGE);
  }
}

/**
 * Does what the words after the program's name say.
 *
 * @param contexts those that there are; the setting CONTEXTS chooses among them
 */
export async function runCommandLine(
  allWords: readonly string[],
  contexts: readonly Context[],
): Promise<void> {
  const { words, file, fault } = takeConfigOption(allWords);
  if (fault !== undefined) return refuseUsage(contexts, fault);
  // From here on it is a setting as any other, and the ones of .env do not win over it.
  if (file !== undefined) process.env['CONFIG_FILE'] = file;
  const [command = 'serve', ...options] = words;
  if (command === 'dead-letters') return deadLetters(contexts, options);
  if (command === 'skip-batch') return skip(contexts, options);
  if (command === 'doctor') return doctor(contexts, options);
  if (command === 'config') return config(contexts, options);
  if (command === 'simulate') return simulation(contexts, options);
  if (command === 'reset-database') {
    if (options.join() === '--yes') return onDatabase(contexts, resetDatabase);
    return refuseUsage(
      contexts,
      'reset-database deletes all that is stored: expected --yes after it, and nothing else',
    );
  }
  const context = contexts.find(({ name, commands }) => name === command && commands !== undefined);
  if (context !== undefined) return ofContext(contexts, context, options);
  if (options.length > 0)
    return refuseUsage(contexts, `${JSON.stringify(options[0])} after ${command} is not understood`);
  switch (command) {
    case 'serve':
      return serve(contexts);
    case 'migrate':
      return onDatabase(contexts, migrateDatabase);
    case 'version':
    case '--version':
      process.stdout.write(`waybill ${packageVersion()}\n`);
      return;
    case 'help':
    case '--help':
      process.stdout.write(await usage(contexts));
      return;
    default:
      return refuseUsage(contexts, `${JSON.stringify(command)} is no command`);
  }
}
