import type { ModelledBehaviour } from './behaviour.ts';

type Row = Omit<ModelledBehaviour, 'part'>;

const ALL = { f042: 'STM32F042K6', l073: 'STM32L073RZ', g0b1: 'STM32G0B1RE', c071: 'STM32C071RB' } as const;
const VERSION_1 = { f042: ALL.f042, l073: ALL.l073 } as const;
const VERSION_2 = { g0b1: ALL.g0b1, c071: ALL.c071 } as const;

const forEach = (parts: Readonly<Record<string, string>>, rows: readonly Row[]): readonly ModelledBehaviour[] =>
  Object.entries(parts).flatMap(([prefix, part]) => rows.map((row) => ({ ...row, id: `${prefix}-${row.id}`, part })));

const common: readonly Row[] = [
  {
    id: 'usb-hsi48-exact',
    behaviour: 'HSI48 is exactly 48 MHz, trimmed or not, so that USB works without CRS',
    source: 'gap of the model: the data sheets give some percent untrimmed, USB wants 0.25 %',
    confidence: 'hypothesis',
    question: 'Run a USB device from HSI48 with CRS off: is it enumerated, at which temperature no longer?',
  },
  {
    id: 'usb-attach-conditions',
    behaviour: 'A host sees the device while DPPU is set, PDWN clear and the transceiver supplied, clocked or not',
    source: 'reading of RM0091 30.6.1; TinyUSB and HAL connect and disconnect by DPPU alone',
    confidence: 'corroborated',
    question: 'With a device enumerated, clear USBEN in RCC: does the host see it leave, or only stop answering?',
  },
  {
    id: 'usb-setup-toggles',
    behaviour: 'A SETUP leaves both STAT at NAK and both DTOG at 1, whatever STAT_RX was unless disabled',
    source: 'RM0091 30.5.2, recalled; TinyUSB relies on it',
    confidence: 'corroborated',
    question: 'Read the endpoint register in the handler of a SETUP that came with STAT_RX at NAK',
  },
  {
    id: 'usb-setup-unserved',
    behaviour: 'A SETUP while CTR_RX is set gets no handshake',
    source: 'RM0091 30.5.2, recalled',
    confidence: 'hypothesis',
    question: 'Leave CTR_RX set after a SETUP: what does an analyser show for the next one?',
  },
  {
    id: 'usb-fres-sets-reset',
    behaviour: 'Setting FRES, or clearing PDWN with FRES set, sets ISTR.RESET once and clears endpoints and DADDR',
    source: 'RM0091 30.6.1, recalled: "exactly like a reset signalling"; drivers clear ISTR after FRES',
    confidence: 'corroborated',
    question: 'Write CNTR = 1, ISTR = 0, read ISTR; then CNTR = 0 and read it again',
  },
  {
    id: 'usb-reset-keeps-ctr',
    behaviour: 'CTR_RX and CTR_TX survive a reset of the bus and FRES; all else of the endpoint registers is cleared',
    source: 'RM0091 30.6.2, recalled',
    confidence: 'hypothesis',
    question: 'Hold a CTR flag, have the host reset the port, read the endpoint register',
  },
  {
    id: 'usb-buffer-overrun',
    behaviour: 'An OUT longer than its buffer fills the buffer, is answered with STALL, and sets no flag',
    source: 'RM0091 30.5.2, recalled',
    confidence: 'hypothesis',
    question: 'Send 64 bytes to a buffer of 32: handshake, CTR_RX, bytes behind the buffer?',
  },
  {
    id: 'usb-pclk-below-10-mhz',
    behaviour: 'With PCLK below 10 MHz every packet is lost with PMAOVR',
    source: 'RM0091 30.5.2 demands 10 MHz, recalled; that every packet is lost is the harshest reading',
    confidence: 'hypothesis',
    question: 'Lower PCLK to 8, 4 and 2 MHz under an enumerated device: PMAOVR? does it still answer?',
  },
  {
    id: 'usb-suspended-is-deaf',
    behaviour:
      'With FSUSP set no packet is answered; frames or a reset set WKUP, and SUSP comes after 3 ms without frames',
    source: 'RM0091 30.5.5; that a packet is not answered until FSUSP is cleared is a reading',
    confidence: 'hypothesis',
    question: 'Set FSUSP under traffic: does the device still answer?',
  },
  {
    id: 'usb-tolerance',
    behaviour: 'A clock off by more than 0.25 % gets no answer at all; one within it always does',
    source: 'USB 2.0 7.1.11 gives the limit, not what a host does beyond it',
    confidence: 'hypothesis',
    question: 'Run USB from a PLL that is 0.5 % off: is the device enumerated?',
  },
  {
    id: 'usb-not-modelled',
    behaviour:
      'Double-buffered and isochronous endpoints, LPM tokens, battery charging detection, remote wake-up, start-up time of the transceiver',
    source: 'gap of the model; a program that enables such an endpoint finds a line in the log',
    confidence: 'hypothesis',
    question: 'none: use them on a real board',
  },
];

const version1: readonly Row[] = [
  {
    id: 'usb-packet-memory-width',
    behaviour:
      'A word access to the packet memory moves its lower half-word; the upper half reads 0 and is not written',
    source: 'RM0091 30.5.2 forbids it',
    confidence: 'hypothesis',
    question: 'Write 0x12345678 to the packet memory as a word, read both half-words',
  },
  {
    id: 'usb-wake-up-line',
    behaviour: 'EXTI line 18 has no effect: Stop mode, which it ends, is not modelled',
    source: 'gap of the model',
    confidence: 'hypothesis',
    question: 'none: use Stop mode on a real board',
  },
];

const version2: readonly Row[] = [
  {
    id: 'usb-packet-memory-width',
    behaviour:
      'A byte or half-word written to the packet memory is repeated over its word; narrow reads give their lane',
    source: 'only words are allowed (drivers of ST and TinyUSB); the repetition is that of the bridge (RM0454 2.1)',
    confidence: 'hypothesis',
    question: 'Write the half-word 0x1234 to the packet memory, read the word',
  },
  {
    id: 'usb-drd-late-packet',
    behaviour: 'The flag of an OUT packet comes with its last byte in memory, never before it',
    source: 'an erratum of G0B1 says the flag may be early; TinyUSB and HAL wait some 800 ns',
    confidence: 'corroborated',
    question: 'Read COUNT in the first cycles of the handler: is it ever the one of the packet before?',
  },
  {
    id: 'usb-susprdy',
    behaviour: 'SUSPRDY follows SUSPEN at once',
    source: 'ST SVD names the bits, no time is given',
    confidence: 'hypothesis',
    question: 'Cycles from SUSPEN to SUSPRDY',
  },
];

const own: readonly ModelledBehaviour[] = [
  {
    id: 'g0b1-usb-needs-usv',
    part: ALL.g0b1,
    behaviour: 'Without PWR_CR2.USV the transceiver is isolated: the host sees nothing',
    source: "RM0444 4.4.2; Zephyr's and TinyUSB's drivers set it; that D+ stays low is a reading",
    confidence: 'corroborated',
    question: 'Connect with USV clear: does a host see a device?',
  },
  {
    id: 'g0b1-usb-wake-up-line',
    part: ALL.g0b1,
    behaviour: 'EXTI line 36 has no effect: Stop mode, which it ends, is not modelled',
    source: 'gap of the model',
    confidence: 'hypothesis',
    question: 'none: use Stop mode on a real board',
  },
  {
    id: 'c071-usb-wake-up-line',
    part: ALL.c071,
    behaviour: 'USB has no wake-up line in EXTI, and Stop mode is not modelled',
    source: "ST's header says line 33 in a comment, its HAL uses bit 4 of IMR2, line 36: not resolved",
    confidence: 'hypothesis',
    question: 'Unmask line 33 alone, then line 36 alone, enter Stop, send frames: which one wakes?',
  },
  {
    id: 'f042-usb-packet-memory-with-can',
    part: ALL.f042,
    behaviour: 'The packet memory has 1024 bytes whether CAN is clocked or not',
    source: 'RM0091 30.2, recalled: 768 bytes with CAN; CAN is not modelled',
    confidence: 'hypothesis',
    question: 'Enable CAN in RCC, write and read the last 256 bytes of the packet memory',
  },
];

/** The USB device peripheral FSDEV on F042, L073, G0B1, C071. */
export const usbFsdevBehaviours: readonly ModelledBehaviour[] = [
  ...forEach(ALL, common),
  ...forEach(VERSION_1, version1),
  ...forEach(VERSION_2, version2),
  ...own,
];
