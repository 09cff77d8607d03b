/** Requests of the DFU class (DFU 1.1 table 3.2), to the interface. */
export const dfuRequest = {
  DETACH: 0x00,
  DNLOAD: 0x01,
  UPLOAD: 0x02,
  GETSTATUS: 0x03,
  CLRSTATUS: 0x04,
  GETSTATE: 0x05,
  ABORT: 0x06,
} as const;

/** First byte of a DNLOAD of block 0 (AN3156). UPLOAD of block 0 answers the ones that the ROM has. */
export const dfuseCommand = { GET: 0x00, SET_ADDRESS: 0x21, ERASE: 0x41, READ_UNPROTECT: 0x92 } as const;

/** Number of the first data block: the address pointer counts from there (AN3156). Block 1 is reserved. */
export const FIRST_BLOCK = 2;

/** Highest wBlockNum. */
export const LAST_BLOCK = 0xffff;

/** Payload of Set Address Pointer. */
export function setAddress(address: number): Uint8Array {
  return withAddress(dfuseCommand.SET_ADDRESS, address);
}

/** Payload of Erase for the page or sector that holds `address`. */
export function erasePage(address: number): Uint8Array {
  return withAddress(dfuseCommand.ERASE, address);
}

/** Payload of Erase for the whole flash. */
export function eraseAll(): Uint8Array {
  return Uint8Array.of(dfuseCommand.ERASE);
}

export function readUnprotect(): Uint8Array {
  return Uint8Array.of(dfuseCommand.READ_UNPROTECT);
}

/** One transfer of a run of memory. */
export interface Chunk {
  /** The address pointer under which the block counts. */
  readonly pointer: number;
  readonly block: number;
  readonly address: number;
  readonly length: number;
}

/**
 * Cuts a run of memory into blocks of `transferSize`. A ROM takes the length of the transfer itself for the factor of the block
 * number (AN3156: address = (wBlockNum - 2) x wTransferSize + pointer, with the size of the data that was sent). Hence a shorter
 * block stands under a pointer of its own, as block 2: right also for a ROM that counts by wTransferSize.
 */
export function chunksOf(address: number, length: number, transferSize: number): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let pointer = address;
  let block = FIRST_BLOCK;
  for (let done = 0; done < length; ) {
    const size = Math.min(transferSize, length - done);
    if (block > LAST_BLOCK || size < transferSize) {
      pointer = address + done;
      block = FIRST_BLOCK;
    }
    chunks.push({ pointer, block, address: address + done, length: size });
    block++;
    done += size;
  }
  return chunks;
}

function withAddress(command: number, address: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = command;
  new DataView(bytes.buffer).setUint32(1, address, true);
  return bytes;
}
