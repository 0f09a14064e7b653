import { parseArgs, type ParseArgsConfig } from 'node:util';
import { aText, ParameterReader, type Parameters, TEXT } from '../../http/request-parameters.js';
import { UsageError } from '../../usage-error.js';
import {
  type DeadLetterFilter,
  FILTER_NAMES,
  isEmptyFilter,
  takeDeadLetterFilter,
} from '../dead-letter-filter.js';
import { parseDeadLetterId } from '../dead-letter-id.js';
import {
  type BulkRequest,
  type DeadLetterListQuery,
  EXPECTED_ID,
  takeListQuery,
} from '../dead-letter-requests.js';

/** What is to be sent in a letter's place: the text itself, or the file that it is in. */
export type EditedValue = { readonly text: string } | { readonly path: string };

/** What the command line asks for. */
export type DeadLettersCommand =
  | { readonly action: 'help' }
  | { readonly action: 'list'; readonly query: DeadLetterListQuery; readonly json: boolean }
  | { readonly action: 'show'; readonly id: number; readonly json: boolean }
  | { readonly action: 'edited-replay'; readonly id: number; readonly value: EditedValue }
  | { readonly action: 'replay' | 'discard'; readonly ids: readonly number[] }
  | { readonly action: 'replay' | 'discard'; readonly matching: BulkRequest };

export const DEAD_LETTERS_USAGE = `usage: waybill dead-letters list [FILTER] [--limit N] [--cursor C] [--json]
       waybill dead-letters show ID [--json]
       waybill dead-letters replay ID... | FILTER [--dry-run] | --all [--dry-run]
       waybill dead-letters edited-replay ID --value TEXT | --file PATH
       waybill dead-letters discard ID... | FILTER [--dry-run] | --all [--dry-run]

  FILTER          any of these, all of which have to hold
    --context NAME  who has refused the events, such as orders
    --topic NAME    the topic that the events came on
    --reason TEXT   a part of the newest reason
    --from TIME     refused first at or after: an RFC 3339 time or date
    --to TIME       refused first before
    --state STATE   waiting, replayed or edited; replay takes those that wait unless this says otherwise
  --value TEXT    what is sent in the letter's place, as a new event with the letter's key and headers
  --file PATH     the same, out of a file; /dev/stdin is what comes in
  --all           every letter; for replay, every one that waits
  --dry-run       only count
  --json          for programs
`;

type Options = NonNullable<ParseArgsConfig['options']>;
type Action = Exclude<DeadLettersCommand['action'], 'help'>;

/** Given several times, an option is a fault of its own, and not the last one of them. */
const texts = (...names: string[]): Options =>
  Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true }]));
const flags = (...names: string[]): Options =>
  Object.fromEntries(names.map((name) => [name, { type: 'boolean' }]));

const BULK_OPTIONS: Options = { ...texts(...FILTER_NAMES), ...flags('all', 'dry-run') };
const OPTIONS: Readonly<Record<Action, Options>> = {
  list: { ...texts(...FILTER_NAMES, 'limit', 'cursor'), ...flags('json') },
  show: flags('json'),
  replay: BULK_OPTIONS,
  'edited-replay': texts('value', 'file'),
  discard: BULK_OPTIONS,
};

/** @throws UsageError naming each option that is wrong and what was expected */
export function parseDeadLettersCommand([action, ...rest]: readonly string[]): DeadLettersCommand {
  if (action === 'help' || action === '--help' || rest.includes('--help')) return { action: 'help' };
  if (action === undefined || !isAction(action)) {
    const given = action === undefined ? 'nothing' : JSON.stringify(action);
    throw new UsageError(`dead-letters is followed by ${given}: expected ${Object.keys(OPTIONS).join(', ')}`);
  }
  const { parameters, flagsGiven, positionals } = split(rest, OPTIONS[action]);
  const json = flagsGiven.has('json');
  switch (action) {
    case 'list':
      if (positionals.length > 0)
        throw new UsageError(`${positionals[0]} is not an option: expected none or a filter`);
      return { action, query: readOptions(parameters, takeListQuery), json };
    case 'show':
      if (positionals.length !== 1)
        throw new UsageError(`show is given ${positionals.length} ids: expected one`);
      return { action, id: idOf(positionals[0]!), json };
    case 'edited-replay':
      if (positionals.length !== 1)
        throw new UsageError(`${action} is given ${positionals.length} ids: expected one`);
      return { action, id: idOf(positionals[0]!), value: readOptions(parameters, takeEditedValue) };
    case 'replay':
    case 'discard': {
      const filter = readOptions(parameters, takeDeadLetterFilter);
      const chooses = !isEmptyFilter(filter) || flagsGiven.has('all');
      if (positionals.length > 0) {
        if (chooses || flagsGiven.has('dry-run'))
          throw new UsageError(`${action} is given ids and options: expected one of them`);
        return { action, ids: positionals.map(idOf) };
      }
      if (!chooses) throw new UsageError(`${action} is given nothing: expected an id, a filter or --all`);
      return { action, matching: { filter: whereMeant(action, filter), dryRun: flagsGiven.has('dry-run') } };
    }
  }
}

function isAction(text: string): text is Action {
  return Object.hasOwn(OPTIONS, text);
}

function takeEditedValue(reader: ParameterReader): EditedValue {
  const text = reader.take('value', (given) => given, 'a text');
  const path = reader.take('file', aText, TEXT);
  if (reader.faults.length === 0 && (text === undefined) === (path === undefined)) {
    reader.fault('value', 'must be given, or else --file');
  }
  return path === undefined ? { text: text ?? '' } : { path };
}

/** What was replayed already is sent again only where the state says so. */
function whereMeant(action: 'replay' | 'discard', filter: DeadLetterFilter): DeadLetterFilter {
  return action === 'replay' ? { ...filter, state: filter.state ?? 'waiting' } : filter;
}

interface Split {
  readonly parameters: Parameters;
  readonly flagsGiven: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

function split(args: string[], options: Options): Split {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const entries = Object.entries(values);
    return {
      parameters: Object.fromEntries(
        entries.flatMap(([name, given]) =>
          Array.isArray(given) ? [[name, given.length === 1 ? given[0] : given]] : [],
        ),
      ),
      flagsGiven: new Set(entries.flatMap(([name, given]) => (given === true ? [name] : []))),
      positionals,
    };
  } catch (error) {
    // What follows the first sentence is advice on how to write something else.
    const fault = (error as Error).message.split(/\.\s|\n/)[0]!;
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${fault}: expected ${names.join(', ')}`, { cause: error });
  }
}

function readOptions<T>(parameters: Parameters, take: (reader: ParameterReader) => T): T {
  const reader = new ParameterReader(parameters);
  const taken = take(reader);
  if (reader.faults.length === 0) return taken;
  throw new UsageError(reader.faults.map(({ path, detail }) => `--${path} ${detail}`).join('\n'));
}

function idOf(text: string): number {
  const id = parseDeadLetterId(text);
  if (id === undefined) throw new UsageError(`an id ${EXPECTED_ID}, not ${JSON.stringify(text)}`);
  return id;
}
