import type { Exchange } from '../exchange.ts';
import type { Transfer } from './usbip-tap.ts';

/** bRequest of DFU 1.1 (table 3.2), by number. */
const REQUESTS = ['DETACH', 'DNLOAD', 'UPLOAD', 'GETSTATUS', 'CLRSTATUS', 'GETSTATE', 'ABORT'] as const;

/** First byte of a DNLOAD to block 0 (AN3156). */
const COMMANDS: Readonly<Record<number, string>> = { 33: 'SET_ADDRESS', 65: 'ERASE', 146: 'READ_UNPROTECT' };

const SET_INTERFACE = 0x0b;
const CLASS_OUT = 0x21;
const CLASS_IN = 0xa1;

/** bState of DFU 1.1 (6.1.2). */
const DNBUSY = 4;

/**
 * Cuts a recorded conversation into DFU's requests. Blocks are named by the address that they mean (AN3156: pointer + (block - 2) x
 * wTransferSize), so that two programs that count differently and do the same say the same. To a DNLOAD belong the GETSTATUS up to
 * the one that says that it is done, as `state/bwPollTimeout` (or `!status` where bStatus is not OK); others stand alone. What is not DFU's is left
 * out: enumeration, descriptors, strings.
 */
export function intoDfuExchanges(transfers: readonly Transfer[], wTransferSize: number): readonly Exchange[] {
  const exchanges: { name: string; words: string[] }[] = [];
  let pointer = 0;
  let isBusy = false;
  const addressOf = (block: number): string => hex8(pointer + (block - 2) * wTransferSize);
  const add = (name: string, ...words: readonly string[]): void => {
    exchanges.push({ name, words: words.filter(Boolean) });
  };
  for (const { setup, data, status } of transfers) {
    const bytes = Buffer.from(setup, 'hex');
    const [type = 0, request = 0] = bytes;
    const value = bytes.readUInt16LE(2);
    const failed = status === 0 ? '' : status === -32 ? 'STALL' : `error ${status}`;
    const name = REQUESTS[request] ?? `request ${request}`;
    if (type === 0x01 && request === SET_INTERFACE) {
      add('SET_INTERFACE', String(value), failed);
    } else if (type !== CLASS_OUT && type !== CLASS_IN) {
      continue;
    } else if (name === 'GETSTATUS') {
      const text = failed || statusText(data);
      if (isBusy) exchanges.at(-1)?.words.push(text);
      else add(name, text);
      isBusy = isBusy && text.startsWith(`${DNBUSY}/`);
    } else if (name === 'UPLOAD') {
      add(name, value < 2 ? `block ${value}` : addressOf(value), data, failed);
    } else if (name !== 'DNLOAD') {
      add(name, data, failed);
    } else if (data === '') {
      add('LEAVE', failed);
    } else if (value >= 2) {
      add(name, addressOf(value), data, failed);
    } else {
      const command = readCommand(data);
      add(command.name, command.address === undefined ? '' : hex8(command.address), failed);
      if (command.name === 'SET_ADDRESS' && failed === '') pointer = command.address ?? 0;
    }
    if (name === 'DNLOAD') isBusy = failed === '';
    else if (name !== 'GETSTATUS') isBusy = false;
  }
  return exchanges.map(({ name, words }) => ({ name, text: [name, ...words].join(' '), parameters: words }));
}

/** A DNLOAD to block 0: a command byte, and an address unless it is about everything. */
function readCommand(data: string): { readonly name: string; readonly address?: number } {
  const bytes = Buffer.from(data, 'hex');
  const name = COMMANDS[bytes[0] as number] ?? `command ${data}`;
  return bytes.length === 5 ? { name, address: bytes.readUInt32LE(1) } : { name: `${name}_ALL` };
}

const hex8 = (address: number): string => (address >>> 0).toString(16).padStart(8, '0');

function statusText(data: string): string {
  const bytes = Buffer.from(data, 'hex');
  if (bytes.length !== 6) return `?${data}`;
  return `${bytes[4]}/${bytes.readUIntLE(1, 3)}${bytes[0] === 0 ? '' : `!${bytes[0]}`}`;
}
