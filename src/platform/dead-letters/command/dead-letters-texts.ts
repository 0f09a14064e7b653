import type { BytesView, DeadLetterDetails, DeadLetterSummary } from '../dead-letter-views.js';

const HEADINGS = ['ID', 'STATE', 'TOPIC', 'AT', 'REFUSED', 'TRIES', 'REPLAYS', 'KEY', 'REASON'];
const KEY_CHARACTERS = 24;
const REASON_CHARACTERS = 100;

/** Letters come from anybody: what would move the cursor or hide text of a terminal is shown as its code. */
function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

function shortened(text: string, characters: number): string {
  const shown = [...printable(text)];
  return shown.length <= characters ? shown.join('') : `${shown.slice(0, characters - 1).join('')}…`;
}

function textOf(bytes: BytesView | null): string {
  if (bytes === null) return '-';
  return 'text' in bytes ? bytes.text : `base64:${bytes.base64}`;
}

/** A table of letters, one a line. */
export function tableOf(letters: readonly DeadLetterSummary[]): string {
  const lines = letters.map((letter) => [
    String(letter.id),
    letter.state,
    printable(letter.topic),
    `${letter.partition}/${letter.offset}`,
    letter.refused_at,
    String(letter.attempts),
    String(letter.replays),
    shortened(textOf(letter.key), KEY_CHARACTERS),
    shortened(letter.reason, REASON_CHARACTERS),
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...lines.map((line) => line[column]!.length)),
  );
  return [HEADINGS, ...lines]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** All of a letter, its value last. */
export function detailsText(letter: DeadLetterDetails): string {
  const facts: [string, string][] = [
    ['id', String(letter.id)],
    ['state', letter.state],
    ['refused by', letter.context],
    ['origin', `${printable(letter.topic)}/${letter.partition}/${letter.offset}`],
    ['event time', letter.event_time?.toISOString() ?? `none (timestamp ${letter.event_timestamp})`],
    ['refused', letter.refused_at],
    ['reason', printable(letter.reason)],
    ['attempts', String(letter.attempts)],
    ['replays', `${letter.replays}${letter.replayed_at === null ? '' : `, the last ${letter.replayed_at}`}`],
    ...(letter.edited_at === null
      ? []
      : [['edited', `${letter.edits}, the last ${letter.edited_at}`] as [string, string]]),
    ['key', printable(textOf(letter.key))],
    ...letter.header_list.map(({ name, value }): [string, string] => [
      'header',
      `${printable(textOf(name))}: ${value === null ? 'null' : printable(textOf(value))}`,
    ]),
    ...letter.failures.map((failure): [string, string] => [
      'failure',
      `${failure.failed_at} at ${failure.partition}/${failure.offset}, tried ${failure.attempts}: ${printable(failure.reason)}`,
    ]),
    ['value', letter.value_bytes === null ? 'null' : `${letter.value_bytes} bytes`],
  ];
  const head = facts.map(([name, fact]) => `${name.padEnd(10)}  ${fact}\n`).join('');
  if (letter.value === null) return head;
  const lines = textOf(letter.value).split(/\r?\n/).map(printable);
  return `${head}\n${lines.join('\n')}\n`;
}
