import type { Rule } from '../rule.ts';
import {
  ccmClockOff,
  goToErased,
  goToNoTable,
  interruptAtStart,
  maskedAtStart,
  memModeLeftOnRom,
  pllLeftOn,
  resetReturnsToRom,
  systickAtStart,
  vtorLeftOnRom,
  watchdogUpdateStuck,
} from './after-go.ts';
import { bootPinIgnored, emptyFlagCleared, emptyFlagLatched, erasedFlash, readoutProtected } from './boot-decision.ts';
import { evenAddress, ownResetVector, wrongTableAddress } from './branch-target.ts';
import { mpuOn, processStack, stackPointer, unprivileged } from './core-state.ts';
import {
  applicationRuns,
  eraseOfSeveralPages,
  otherPortChosen,
  romHung,
  romListens,
  rxHeldLow,
  wrongParity,
} from './first-contact.ts';
import {
  interruptLeftOn,
  interruptsMasked,
  jumpFromHandler,
  priorityMasked,
  systickLeftOn,
  vtorAtEntry,
} from './interrupts.ts';
import { clockLeft, dmaRunning, flashErrorsLeft, flashLeftOpen, peripheralLeftOn } from './machine-left.ts';
import { applicationFault, entersByItself, flagLost, jumpNotMade } from './never-left.ts';
import { emptyCheck, jumpNotSupported, noRemap, romCameBack, syscfgClockOff } from './rom-returns.ts';
import {
  awaitsBusReset,
  blockTooLong,
  detachTooLate,
  detachUnacknowledged,
  dfuTail,
  goneBeforeStatus,
  ownDfuClass,
} from './usb-host.ts';
import { independentWatchdog, resetInstead, windowWatchdog } from './watchdogs.ts';

/** Every rule, the ones that tell most first: among equals in certainty this order decides. */
export const rules: readonly Rule[] = [
  ownDfuClass,
  awaitsBusReset,
  detachTooLate,
  detachUnacknowledged,
  goneBeforeStatus,
  blockTooLong,
  dfuTail,
  evenAddress,
  wrongTableAddress,
  ownResetVector,
  windowWatchdog,
  independentWatchdog,
  resetInstead,
  emptyCheck,
  jumpNotSupported,
  noRemap,
  syscfgClockOff,
  romCameBack,
  unprivileged,
  processStack,
  stackPointer,
  mpuOn,
  interruptsMasked,
  priorityMasked,
  interruptLeftOn,
  systickLeftOn,
  vtorAtEntry,
  jumpFromHandler,
  dmaRunning,
  flashLeftOpen,
  flashErrorsLeft,
  clockLeft,
  peripheralLeftOn,
  vtorLeftOnRom,
  memModeLeftOnRom,
  pllLeftOn,
  watchdogUpdateStuck,
  ccmClockOff,
  maskedAtStart,
  interruptAtStart,
  systickAtStart,
  goToErased,
  goToNoTable,
  resetReturnsToRom,
  emptyFlagLatched,
  emptyFlagCleared,
  erasedFlash,
  readoutProtected,
  bootPinIgnored,
  otherPortChosen,
  rxHeldLow,
  wrongParity,
  eraseOfSeveralPages,
  romListens,
  romHung,
  applicationRuns,
  flagLost,
  entersByItself,
  applicationFault,
  jumpNotMade,
];

/** Ids that a case may name as its cause. */
export const ruleIds: readonly string[] = rules.map(({ id }) => id);
