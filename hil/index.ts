/** The public API: what the author of a suite imports. */
export { type FlashReport, type FlashWork, flashOverDfu } from './app/flash/flash-over-dfu.ts';
export type {
  Application,
  Bench,
  BootloaderHandle,
  BootRecord,
  CoreSight,
  Entry,
  JumpOutcome,
  Port,
  ReachedBootloader,
} from './board/bench-types.ts';
export { type GoSignature, goSignature } from './board/go-signature.ts';
export type { BootloaderSession } from './bootloader/an3155/session.ts';
export type { DfuseSession } from './bootloader/dfuse/session.ts';
export type { RomSession } from './bootloader/rom-session.ts';
export type { Case, CaseVariant } from './case/case.ts';
export { demandsOf } from './case/outcome.ts';
export { runVariant, type VariantResult } from './case/run-variant.ts';
export { type Chip, contains, endOf, type Page, pageAt, pageCount, pageOf, type RomUsart } from './chip/chip.ts';
export { type EntryRow, entryRow } from './chip/entry-table.ts';
export { type GoRow, goRow } from './chip/go-table.ts';
export { chipNamed } from './chip/lookup.ts';
export { type Blame, HilError, isHilError } from './error/hil-error.ts';
export type { Image } from './image/image.ts';
export { type BoardCase, casesOfBoard } from './jest/board-cases.ts';
export { type Needs, onBoard, skipTest } from './jest/on-board.ts';
