import { readFile } from 'node:fs/promises';
import { composeSettings, programSettings } from './settings-table.js';

const HEAD = `# What can be set, with the defaults. Copy it to .env and take the # away from what you change: the program reads .env and
# .env.local, and never this file. Made from the code by scripts/docs.ts.
`;

/** `.env.example`: every setting, commented out. */
export async function envExample(composePath: string): Promise<string> {
  const rows = [...programSettings(), ...composeSettings(await readFile(composePath, 'utf8'))];
  const blocks = rows.map(
    ({ name, default: value, mayHold, purpose }) => `\n# ${purpose}: ${mayHold}\n#${name}=${value}\n`,
  );
  return HEAD + blocks.join('');
}
