import { describe, expect, it } from 'vitest';
import { IMPORT_COLUMNS } from '../model/import-row.js';
import { readStockFile } from './stock-file.js';

const HEADER = 'chrt_id,nm_id,on_hand';
const rowsAtMost = (maxRows: number) => ({ columns: IMPORT_COLUMNS, maxRows, maxRowBytes: 1_000 });

/** In pieces of any length, as a network cuts them. */
async function* pieces(text: string | Buffer, length = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function read(text: string | Buffer, length?: number) {
  const { rows, faults } = await readStockFile(pieces(text, length));
  return { rows: rows.slice(0, rows.length), faults: faults.map(({ line, detail }) => `${line} ${detail}`) };
}
const rowsOf = async (text: string | Buffer) => {
  const { rows, faults } = await read(text);
  expect(faults).toEqual([]);
  return rows.map(({ chrtId, nmId, onHand }) => [chrtId, nmId, onHand]);
};

describe('a file of counts', () => {
  it('may have its columns in any order, quotes, blanks, a byte order mark, and lines of either kind', async () => {
    expect(await rowsOf('chrt_id,nm_id,on_hand\n1,2,3\n4,5,6')).toEqual([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
    expect(await rowsOf('\uFEFFon_hand, chrt_id ,"nm_id"\r\n3,"1", 2\r\n\r\n6,4,5\r\n')).toEqual([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
    expect(await rowsOf(`${HEADER}\n${Number.MAX_SAFE_INTEGER},0,0\n`)).toEqual([
      [Number.MAX_SAFE_INTEGER, 0, 0],
    ]);
  });

  it('has every fault named by its line', async () => {
    const { rows, faults } = await read(
      [
        HEADER,
        '1,2,3',
        '1,2,4',
        '',
        '5,-1,x',
        '6,2',
        '9007199254740992,2,3',
        '7,2,1000000000001',
        '8,2,3',
      ].join('\n'),
    );
    expect(faults).toEqual([
      '3 chrt_id 1 stands in a line before',
      '5 nm_id must be a whole number from 0 to 9007199254740991; on_hand must be a whole number from 0 to 1000000000000',
      '6 has 2 cells: expected 3',
      '7 chrt_id must be a whole number from 0 to 9007199254740991',
      '8 on_hand must be a whole number from 0 to 1000000000000',
    ]);
    expect(rows.map(({ line }) => line)).toEqual([2, 9]);
  });

  it.each([
    ['empty', '', '1 must be a header, with rows behind it'],
    ['a header alone', `${HEADER}\n`, '1 must be a header, with rows behind it'],
    [
      'short of a column',
      'chrt_id,nm_id\n1,2\n',
      '1 must name the columns chrt_id, nm_id, on_hand, each once',
    ],
    [
      'with a column that nobody knows',
      'chrt_id,nm_id,on_hand,price\n1,2,3,4\n',
      '1 must name the columns chrt_id, nm_id, on_hand, each once',
    ],
    ['with a quote that is not closed', `${HEADER}\n1,2,"3\n4,5,6\n`, '2 is no CSV: CSV_QUOTE_NOT_CLOSED'],
    [
      'with a line that is too long',
      `${HEADER}\n1,2,${'3'.repeat(5_000)}\n`,
      '2 is no CSV: CSV_MAX_RECORD_SIZE',
    ],
  ])('is refused where it is %s', async (_what, text, fault) => {
    expect((await read(text)).faults).toEqual([fault]);
  });

  it('is read no further than to the hundredth fault', async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from(`${HEADER}\n`);
      for (; ; taken++) yield await Promise.resolve(Buffer.from('x,2,3\n'.repeat(1_000)));
    }
    const { faults } = await readStockFile(endless());
    expect(faults).toHaveLength(100);
    expect(taken).toBeLessThan(20);
  });

  it('has so many rows at most, which is said of the first line beyond them', async () => {
    const lines = Array.from({ length: 9 }, (_, n) => `${n},1,1\n`).join('');
    const { rows, faults } = await readStockFile(pieces(`${HEADER}\n${lines}`), rowsAtMost(7));
    expect(rows.length).toBe(7);
    expect(faults).toEqual([{ line: 9, detail: 'is beyond the 7 rows that a file may have' }]);
    expect((await readStockFile(pieces(`${HEADER}\n${lines}`), rowsAtMost(9))).faults).toEqual([]);
  });

  it('fails with its sender', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from(`${HEADER}\n1,2,3\n`));
      throw new Error('aborted');
    }
    await expect(readStockFile(broken())).rejects.toThrow('aborted');
  });
});
