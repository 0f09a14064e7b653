import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import lz4 from 'lz4-napi';
import snappy from 'snappy';
import { describe, expect, it } from 'vitest';
import { inflated } from './inflation.js';
import { inflatedByFzstd, zstdCompressed } from './zstd.js';
import { framesOf } from './zstd-frames.js';

const [GZIP, SNAPPY, LZ4, ZSTD] = [1, 2, 3, 4] as const;
const LIMIT = 64 * 1_048_576;
const textOf = (lines: number): Buffer =>
  Buffer.from(
    Array.from({ length: lines }, (_, n) =>
      createHash('sha1')
        .update(String(n % 997))
        .digest('hex'),
    ).join(),
  );
const TEXT = textOf(30_000);
const SIZES = [0, 1, 17, 1_000, 65_536, 140_000, TEXT.length];

async function inflate(codec: number, compressed: Buffer, limit = LIMIT): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of inflated(codec, compressed, limit)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The reference implementation, when the machine has it. */
function by(program: string, ...options: string[]): (bytes: Buffer) => Buffer {
  return (input) =>
    execFileSync(program, options, { input, maxBuffer: LIMIT, stdio: ['pipe', 'pipe', 'ignore'] });
}
function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function xerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')];
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = snappy.compressSync(bytes.subarray(at, at + 32_768));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, Buffer.from(block));
  }
  return Buffer.concat(parts);
}

const twice = (make: (bytes: Buffer) => Buffer) => (bytes: Buffer) => {
  const middle = bytes.length >> 1;
  return Buffer.concat([make(bytes.subarray(0, middle)), make(bytes.subarray(middle))]);
};

const FORMATS: [
  name: string,
  codec: number,
  make: (bytes: Buffer) => Buffer | Promise<Buffer>,
  program?: string,
][] = [
  ['gzip', GZIP, (bytes) => gzipSync(Buffer.from(bytes))],
  ['gzip of two members', GZIP, twice((bytes) => gzipSync(bytes))],
  ['raw Snappy', SNAPPY, (bytes) => snappy.compressSync(bytes)],
  ['Snappy in the framing of snappy-java', SNAPPY, xerial],
  ['an LZ4 frame', LZ4, (bytes) => lz4.compressFrameSync(bytes)],
  [
    'LZ4 with all checksums',
    LZ4,
    (bytes) => lz4.compressFrameSync(bytes, { contentChecksum: true, blockChecksums: true }),
  ],
  ['LZ4 blocks that refer back', LZ4, by('lz4', '-c', '-B4', '-BD'), 'lz4'],
  ['LZ4 with its content size', LZ4, by('lz4', '-c', '-B5', '-BX', '--content-size'), 'lz4'],
  ['LZ4 without checksums', LZ4, by('lz4', '-c', '-B7', '--no-frame-crc'), 'lz4'],
  ['two LZ4 frames', LZ4, twice((bytes) => lz4.compressFrameSync(bytes))],
  ['Zstandard', ZSTD, zstdCompressed],
  ['Zstandard without its content size', ZSTD, by('zstd', '-c', '--no-content-size'), 'zstd'],
  ['Zstandard without a checksum', ZSTD, by('zstd', '-c', '--no-check', '-1'), 'zstd'],
  ['two Zstandard frames', ZSTD, twice(by('zstd', '-c')), 'zstd'],
];

describe('a batch that is compressed', () => {
  describe.each(FORMATS)('as %s', (_name, codec, make, program) => {
    it.skipIf(program !== undefined && !has(program)).each(SIZES)(
      'is inflated, with %i bytes',
      async (size) => {
        const bytes = TEXT.subarray(0, size);
        expect((await inflate(codec, await make(bytes))).equals(bytes)).toBe(true);
      },
    );

    it.skipIf(program !== undefined && !has(program))('is refused beyond the limit', async () => {
      const compressed = await make(TEXT);
      await expect(inflate(codec, compressed, TEXT.length - 1)).rejects.toThrow(/CONSUMER_BATCH_MAX_BYTES/);
      expect(await inflate(codec, compressed, TEXT.length)).toHaveLength(TEXT.length);
    });

    it.skipIf(program !== undefined && !has(program))('is refused when its end is missing', async () => {
      const compressed = await make(TEXT);
      for (const end of [5, compressed.length >> 1]) {
        const made = await inflate(codec, compressed.subarray(0, end)).catch((error: unknown) => error);
        if (Buffer.isBuffer(made)) expect(made.length).toBeLessThan(TEXT.length);
        else expect(made).toBeInstanceOf(Error);
      }
    });
  });

  it.each([5, 6, 7])('by a codec %i that nobody knows is refused by its number', async (codec) => {
    await expect(inflate(codec, TEXT)).rejects.toThrow(`codec ${codec} is not known`);
  });

  it.each([GZIP, SNAPPY, LZ4, ZSTD])('by codec %i but holds garbage is refused', async (codec) => {
    await expect(inflate(codec, TEXT)).rejects.toThrow();
  });

  it.skipIf(!has('zstd'))('as Zstandard with the largest window that Kafka writes is inflated', async () => {
    expect((await inflate(ZSTD, by('zstd', '-c', '--ultra', '-22')(TEXT))).equals(TEXT)).toBe(true);
  });

  it('as Zstandard is read by fzstd as by any other, whatever the frame says of its window', async () => {
    const bytes = Buffer.alloc(3 * 1_048_576, TEXT);
    const pieces: Buffer[] = [];
    for (const frame of framesOf(await zstdCompressed(bytes))) {
      for await (const piece of inflatedByFzstd({ ...frame, windowBytes: 2 ** 41 })) pieces.push(piece);
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  /** A gigabyte of zeros in some kilobytes: blocks of four bytes that stand for 128 KiB. */
  it('as a bomb of Zstandard is given up at the limit', async () => {
    const header = Buffer.from('28b52ffd0068', 'hex');
    const block = Buffer.alloc(4);
    block.writeUIntLE((131_072 << 3) | (1 << 1), 0, 3);
    const last = Buffer.from(block);
    last[0]! |= 1;
    const bomb = Buffer.concat([header, ...Array.from({ length: 8_191 }, () => block), last]);
    await expect(inflate(ZSTD, bomb, 8 * 1_048_576)).rejects.toThrow(/CONSUMER_BATCH_MAX_BYTES/);
  });
});
