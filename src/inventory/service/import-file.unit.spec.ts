import { describe, expect, it } from 'vitest';
import { MAX_IMPORT_ROWS } from '../model/import-row.js';
import { readImportFile } from './import-file.js';

const HEADER = 'chrt_id,nm_id,on_hand';

/** In pieces of any length, as a network cuts them. */
async function* pieces(text: string | Buffer, length = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function read(text: string | Buffer, length?: number) {
  const { rows, faults } = await readImportFile(pieces(text, length));
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
    ['', '1 must be a header, with rows behind it'],
    [`${HEADER}\n`, '1 must be a header, with rows behind it'],
    ['chrt_id,nm_id\n1,2\n', '1 must name the columns chrt_id, nm_id, on_hand, each once'],
    ['chrt_id,nm_id,on_hand,price\n1,2,3,4\n', '1 must name the columns chrt_id, nm_id, on_hand, each once'],
    [`${HEADER}\n1,2,"3\n4,5,6\n`, '2 is no CSV: CSV_QUOTE_NOT_CLOSED'],
    [`${HEADER}\n1,2,${'3'.repeat(5_000)}\n`, '2 is no CSV: CSV_MAX_RECORD_SIZE'],
  ])('is refused as %j', async (text, fault) => {
    expect((await read(text)).faults).toEqual([fault]);
  });

  it('is read no further than to the hundredth fault', async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from(`${HEADER}\n`);
      for (; ; taken++) yield await Promise.resolve(Buffer.from('x,2,3\n'.repeat(1_000)));
    }
    const { faults } = await readImportFile(endless());
    expect(faults).toHaveLength(100);
    expect(taken).toBeLessThan(20);
  });

  it('has a million rows at most', async () => {
    function* lines(count: number): Generator<Buffer> {
      yield Buffer.from(`${HEADER}\n`);
      for (let n = 0; n < count; n += 1_000) {
        yield Buffer.from(Array.from({ length: 1_000 }, (_, k) => `${n + k},1,1\n`).join(''));
      }
    }
    const { rows, faults } = await readImportFile(asStream(lines(MAX_IMPORT_ROWS + 1)));
    expect(rows.length).toBe(MAX_IMPORT_ROWS);
    expect(faults).toEqual([
      { line: MAX_IMPORT_ROWS + 2, detail: `is beyond the ${MAX_IMPORT_ROWS} rows that a file may have` },
    ]);
  });

  it('fails with its sender', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from(`${HEADER}\n1,2,3\n`));
      throw new Error('aborted');
    }
    await expect(readImportFile(broken())).rejects.toThrow('aborted');
  });
});

async function* asStream(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
