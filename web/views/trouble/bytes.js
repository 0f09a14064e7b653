const BYTES_A_LINE = 16;
/** What is more says nothing to anybody who looks. */
const MOST_BYTES = 4_096;

/**
 * Bytes as those who know them read them: place, hexadecimal, and what of them is ASCII.
 *
 * @param {string} base64
 */
export function dump(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, MOST_BYTES); at += BYTES_A_LINE) {
    const line = [...bytes.subarray(at, at + BYTES_A_LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(BYTES_A_LINE * 3)} ${text}`);
  }
  if (bytes.length > MOST_BYTES) lines.push(`… ${(bytes.length - MOST_BYTES).toLocaleString()} bytes more`);
  return lines.join('\n');
}
