import { readFile } from 'node:fs/promises';
import type { Database } from '../../database/database.js';
import { Progress } from '../../progress.js';
import { EX_INTERRUPTED, type Terminal } from '../../terminal.js';
import { DeadLetterDiscards } from '../dead-letter-discards.js';
import { DeadLetterEdits } from '../dead-letter-edits.js';
import { DeadLetterReader } from '../dead-letter-reader.js';
import { DeadLetterReplays } from '../dead-letter-replays.js';
import { type BulkRequest, cursorOf } from '../dead-letter-requests.js';
import type { LongWork } from '../in-chunks.js';
import type { DeadLettersCommand } from './dead-letters-arguments.js';
import { detailsText, tableOf } from './dead-letters-texts.js';

const EX_NOT_FOUND = 1;

type Asked<Action extends DeadLettersCommand['action']> = Extract<DeadLettersCommand, { action: Action }>;

/** The dead letters from the command line, on the database of the program. */
export class DeadLettersCommandRun {
  private readonly letters: DeadLetterReader;
  private readonly replays: DeadLetterReplays;
  private readonly edits: DeadLetterEdits;
  private readonly discards: DeadLetterDiscards;

  constructor(
    database: Database,
    private readonly terminal: Terminal,
  ) {
    this.letters = new DeadLetterReader(database);
    this.replays = new DeadLetterReplays(database);
    this.edits = new DeadLetterEdits(database);
    this.discards = new DeadLetterDiscards(database);
  }

  /** @returns the exit code */
  run(command: Exclude<DeadLettersCommand, { action: 'help' }>): Promise<number> {
    switch (command.action) {
      case 'list':
        return this.list(command);
      case 'show':
        return this.show(command);
      case 'edited-replay':
        return this.replayEdited(command);
      case 'replay':
        return 'ids' in command
          ? this.eachOf(command.ids, (id) => this.replayOne(id))
          : this.replayMatching(command.matching);
      case 'discard':
        return 'ids' in command
          ? this.eachOf(command.ids, (id) => this.discardOne(id))
          : this.discardMatching(command.matching);
    }
  }

  private async list({ query: { filter, limit, belowId }, json }: Asked<'list'>): Promise<number> {
    const { letters, next } = await this.letters.page(filter, limit, belowId);
    this.terminal.out(json ? `${JSON.stringify(letters)}\n` : tableOf(letters));
    if (next !== undefined) this.terminal.err.write(`there are more: --cursor ${cursorOf(next)}\n`);
    return 0;
  }

  private async show({ id, json }: Asked<'show'>): Promise<number> {
    const letter = await this.letters.find(id);
    if (letter === undefined) return this.notFound(id);
    this.terminal.out(json ? `${JSON.stringify(letter)}\n` : detailsText(letter));
    return 0;
  }

  private async replayEdited({ id, value }: Asked<'edited-replay'>): Promise<number> {
    const bytes = 'text' in value ? Buffer.from(value.text) : await readFile(value.path);
    const letter = await this.edits.send(id, { value: bytes });
    if (letter === undefined) return this.notFound(id);
    this.terminal.out(
      `${bytes.length} bytes are on their way to ${letter.topic} in the place of dead letter ${id}\n`,
    );
    return 0;
  }

  /** The others are seen to also where one is not there. */
  private async eachOf(ids: readonly number[], work: (id: number) => Promise<boolean>): Promise<number> {
    let exitCode = 0;
    for (const id of ids) if (!(await work(id))) exitCode = this.notFound(id);
    return exitCode;
  }

  private async replayOne(id: number): Promise<boolean> {
    const letter = await this.replays.one(id);
    if (letter === undefined) return false;
    const times = letter.replays === 1 ? 'the first time' : `time ${letter.replays}`;
    this.terminal.out(`dead letter ${id} is on its way to ${letter.topic}, for ${times}\n`);
    return true;
  }

  private async discardOne(id: number): Promise<boolean> {
    if (!(await this.discards.one(id))) return false;
    this.terminal.out(`dead letter ${id} is discarded\n`);
    return true;
  }

  private replayMatching(request: BulkRequest): Promise<number> {
    const { filter } = request;
    return this.matching(request, 'replayed', (work) => this.replays.matching(filter, work));
  }

  private discardMatching(request: BulkRequest): Promise<number> {
    const { filter } = request;
    return this.matching(request, 'discarded', (work) => this.discards.matching(filter, work));
  }

  private async matching(
    { filter, dryRun }: BulkRequest,
    done: 'replayed' | 'discarded',
    work: (options: LongWork) => Promise<number>,
  ): Promise<number> {
    const { out, err, signal } = this.terminal;
    const total = await this.letters.count(filter);
    if (dryRun) {
      out(`${lettersOf(total)} would be ${done}\n`);
      return 0;
    }
    const progress = err.isTTY ? new Progress(err) : undefined;
    progress?.start(`dead letters ${done}`);
    const count = await work({ signal, onProgress: (soFar) => progress?.show(soFar, total) });
    progress?.finish();
    out(
      `${lettersOf(count)} ${count === 1 ? 'is' : 'are'} ${done}${signal.aborted ? ', and then it was stopped' : ''}\n`,
    );
    return signal.aborted ? EX_INTERRUPTED : 0;
  }

  private notFound(id: number): number {
    this.terminal.err.write(`there is no dead letter ${id}\n`);
    return EX_NOT_FOUND;
  }
}

function lettersOf(count: number): string {
  return `${count} dead letter${count === 1 ? '' : 's'}`;
}
