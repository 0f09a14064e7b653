import { describe, expect, it } from 'vitest';
import type { ImportFormat, RowSink } from './import-format.js';
import { readImportFile } from './import-file.js';

const FORMAT: ImportFormat = { columns: ['id', 'text'], maxRows: 1_000, maxRowBytes: 100 };
const HEADER = 'id,text\n';

/** In pieces of any length, as a network cuts them. */
async function* pieces(file: string | Buffer, length: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(file);
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function read(file: string | Buffer, length = 7) {
  const rows: string[] = [];
  const sink: RowSink = {
    take(line, cells) {
      if (cells[0] === 'bad') return 'is bad';
      rows.push(`${line} ${cells.join('|')}`);
      return undefined;
    },
  };
  const faults = await readImportFile(pieces(file, length), FORMAT, sink);
  return { rows, faults: faults.map(({ line, detail }) => `${line} ${detail}`) };
}

describe('a file that is imported', () => {
  it.each([1, 2, 3, 7, 100_000])('is the same in pieces of %i bytes', async (length) => {
    const file = '\uFEFF"text",id\r\n"a\r\n""b""\r\n",1\nż😀,2\r\n\r\n" c\nd ",3\r"",bad\n\n,4';
    expect(await read(file, length)).toEqual({
      rows: ['2 1|a\r\n"b"\r\n', '5 2|ż😀', '7 3| c\nd ', '11 4|'],
      faults: ['9 is bad'],
    });
  });

  it('has what is not UTF-8 named by its line and column', async () => {
    const file = Buffer.concat([
      Buffer.from(`${HEADER}1,ok \uFFFD\n2,`),
      Buffer.from([0xc3]),
      Buffer.from('\n3,x\n'),
    ]);
    expect(await read(file)).toEqual({ rows: ['2 1|ok \uFFFD', '4 3|x'], faults: ['3 text is not UTF-8'] });
  });

  it('has what is no CSV named by the line where its row begins', async () => {
    expect((await read(`${HEADER}1,"a\r\nb"\n\n\n2,"c\n\nd`)).faults).toEqual([
      '6 is no CSV: CSV_QUOTE_NOT_CLOSED',
    ]);
    expect((await read(`${HEADER}1,a\n\n2,${'ż'.repeat(60)}\n`)).faults).toEqual([
      '4 is no CSV: CSV_MAX_RECORD_SIZE',
    ]);
    expect((await read(`${HEADER}1,a\n2,b"c\n`)).faults).toEqual(['3 is no CSV: INVALID_OPENING_QUOTE']);
  });

  it('ends with a row of empty cells that has no end, and not with lines that are empty', async () => {
    expect((await read(`${HEADER}1,a\n${','.repeat(50_000)}`, 1_000)).faults).toEqual([
      '3 is no CSV: CSV_MAX_RECORD_SIZE',
    ]);
    expect(await read(`${HEADER}1,a\n${'\n'.repeat(50_000)}2,b\n`, 1_000)).toEqual({
      rows: ['2 1|a', '50003 2|b'],
      faults: [],
    });
  });

  it('is read no faster than its rows are put away', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from(HEADER);
      for (; ; given++) yield await Promise.resolve(Buffer.from('1,a\n'));
    }
    let settled = 0;
    const sink: RowSink = {
      take: () => undefined,
      settle: async () => {
        await Promise.resolve();
        if (++settled === 3) throw new Error('no room');
      },
    };
    await expect(readImportFile(endless(), FORMAT, sink)).rejects.toThrow('no room');
    expect(given).toBeLessThan(4);
  });

  it('ends with the reason of a signal, also while nothing comes', async () => {
    const stop = new AbortController();
    async function* stalled(): AsyncGenerator<Buffer> {
      yield Buffer.from(HEADER);
      setImmediate(() => stop.abort(new Error('stopping')));
      await new Promise(() => undefined);
    }
    await expect(readImportFile(stalled(), FORMAT, { take: () => undefined }, stop.signal)).rejects.toThrow(
      'stopping',
    );
  });
});
