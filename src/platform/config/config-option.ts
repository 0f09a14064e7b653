const OPTION = '--config';
const EXPECTED = 'expected --config FILE, once';

export interface ConfigOption {
  /** The words without the option. */
  readonly words: readonly string[];
  /** As it stands on the command line; undefined where it is not there. */
  readonly file?: string;
  /** What is wrong with it. */
  readonly fault?: string;
}

/** Takes `--config FILE` or `--config=FILE` out of a command line, wherever it stands. */
export function takeConfigOption(all: readonly string[]): ConfigOption {
  const words: string[] = [];
  const files: (string | undefined)[] = [];
  for (let place = 0; place < all.length; place++) {
    const word = all[place]!;
    if (word === OPTION) files.push(all[++place]);
    else if (word.startsWith(`${OPTION}=`)) files.push(word.slice(OPTION.length + 1));
    else words.push(word);
  }
  const [file, ...others] = files;
  if (others.length > 0) return { words, fault: `${OPTION} is there ${files.length} times: ${EXPECTED}` };
  if (files.length === 0) return { words };
  const isPath = file !== undefined && file.trim() !== '' && !file.startsWith('-');
  return isPath ? { words, file } : { words, fault: `${OPTION} is without a file: ${EXPECTED}` };
}
