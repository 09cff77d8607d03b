import { HilError } from '../error/hil-error.ts';

const NAMED: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, 0: 0, '\\': 0x5c };

/**
 * The bytes of a text as a person types it on a command line: UTF-8, with the escapes `\r` `\n` `\t` `\0` `\\` `\xHH`.
 * @param option Names where the text stands, for the error: `--trigger`.
 * @throws HilError 670 for another escape, and for no bytes at all
 */
export function bytesOfText(text: string, option: string): Uint8Array {
  const bytes: number[] = [];
  const plain = new TextEncoder();
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '\\') {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      bytes.push(...plain.encode(character));
      at += character.length;
      continue;
    }
    const hexDigits = /^\\x([0-9a-f]{2})/i.exec(text.slice(at));
    const named = NAMED[text[at + 1] ?? ''];
    if (hexDigits !== null) bytes.push(Number.parseInt(hexDigits[1] as string, 16));
    else if (named !== undefined) bytes.push(named);
    else {
      throw new HilError(
        670,
        `${option}: '${text.slice(at, at + 4)}' in '${text}' is no escape; there are \\r \\n \\t \\0 \\\\ \\xHH`,
        { blame: 'test', context: { option, text } },
      );
    }
    at += hexDigits === null ? 2 : 4;
  }
  if (bytes.length === 0) throw new HilError(670, `${option}: there is no text behind 'uart:'`, { blame: 'test' });
  return Uint8Array.from(bytes);
}

/** Bytes as a person reads them: printable ASCII as it is, line ends and others as the escapes of `bytesOfText`. */
export function textOfBytes(bytes: Uint8Array, most = 60): string {
  const shown = Array.from(bytes.subarray(0, most), (byte) => {
    if (byte === 0x5c) return '\\\\';
    if (isPrintable(byte)) return String.fromCharCode(byte);
    if (byte === 13) return '\\r';
    if (byte === 10) return '\\n';
    return `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
  return bytes.length > most ? `${shown}… (${bytes.length} bytes)` : shown;
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}

/** Text that is readable by less than this share was sent at another baud rate than it is read at. */
export const READABLE_ENOUGH = 0.8;

/** Share of the bytes that are printable ASCII or a line end, 0 to 1; 1 if there are none. */
export function readableShare(bytes: Uint8Array): number {
  if (bytes.length === 0) return 1;
  return bytes.filter((byte) => isPrintable(byte) || byte === 9 || byte === 10 || byte === 13).length / bytes.length;
}

/** First place of `wanted` in `bytes` from `from` on; -1 if it is not there. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(wanted, from);
}
