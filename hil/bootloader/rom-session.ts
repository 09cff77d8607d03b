import type { Segment } from '../image/image.ts';

/** How far a long call is. */
export interface Progress {
  readonly phase: 'erase' | 'write' | 'read-back';
  /** Pages when erasing, else bytes. */
  readonly done: number;
  readonly total: number;
}

/** What a conversation with a ROM offers on whatever wire: USART (AN3155) or USB (AN3156). Each port adds what it alone has. */
export interface RomSession {
  /** Any length. */
  readMemory(address: number, length: number): Promise<Uint8Array>;
  /**
   * Writes RAM or erased flash, and reads it back. Unaligned ends are filled up with what is there already.
   * @throws HilError 307 (read back differs), 451 and 456 (guard), 312 (option bytes: they have a call of their own)
   */
  writeMemory(address: number, bytes: Uint8Array): Promise<void>;
  /** @throws HilError 451 */
  erasePages(pages: readonly number[]): Promise<void>;
  /** Page by page on a part without mass erase (L0). @throws HilError 451 */
  massErase(): Promise<void>;
  /**
   * Erases the pages that the image touches (what else they hold is lost), writes the image and reads it back.
   * @throws HilError 307, 451, 625, 626, 627
   */
  eraseAndWrite(segments: readonly Segment[]): Promise<void>;
  /** Reads the memory and compares it. @throws HilError 307 */
  verify(segments: readonly Segment[]): Promise<void>;
  /**
   * Starts what the vector table at `address` names. The table is read first, and refused if nothing can start from it.
   * @param options.unchecked Start whatever is there: for tests of what then happens.
   * @throws HilError 308
   */
  go(address: number, options?: { readonly unchecked?: boolean }): Promise<void>;
  /** Erases the whole flash. @throws HilError 451, 454 */
  readoutUnprotect(): Promise<void>;
  /** Writes the option bytes from their base; the chip loads them and resets. @throws HilError 452 to 455 */
  writeOptionBytes(bytes: Uint8Array): Promise<void>;
  /** Why the session is over; undefined while it lasts. */
  readonly ended: string | undefined;
  /** Ends the session. The wire belongs to the caller. */
  close(): void;
}
