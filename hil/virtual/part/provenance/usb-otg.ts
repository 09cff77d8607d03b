import type { ModelledBehaviour } from './behaviour.ts';

type Row = Omit<ModelledBehaviour, 'part'>;

/** OTG_FS, what both versions of the core have in common. */
export const usbOtg: readonly Row[] = [
  {
    id: 'otg-ram-end',
    behaviour: 'What a FIFO keeps beyond the 320 words of RAM is lost and reads 0',
    source: 'RM0383 22.13 and RM0351 47.13 give the size; nothing is said of addresses behind it',
    confidence: 'hypothesis',
    question: 'With DIEPTXF0 placed at word 320, send four bytes on endpoint 0: which bytes does the host see?',
  },
  {
    id: 'otg-reset-needs-phy-clock',
    behaviour: 'CSRST and the flush bits of GRSTCTL stay set while the 48 MHz are missing',
    source:
      'users whose USB_CoreReset or enable() hung until the PHY clock ran (STM32CubeU5 issues 23 and 34): other parts',
    confidence: 'reported',
    question: 'With PLL and MSI off, write CSRST: does it clear?',
  },
  {
    id: 'otg-csrst-keeps-gccfg',
    behaviour: 'CSRST leaves GCCFG, PCGCCTL and DCFG.DSPD alone',
    source: 'RM0383 22.16.2 names DSPD and PCGCCTL; for GCCFG: TinyUSB sets PWRDWN before CSRST and not again',
    confidence: 'corroborated',
    question: 'Set GCCFG.PWRDWN, write CSRST, read GCCFG.',
  },
  {
    id: 'otg-pull-up-without-clock',
    behaviour: 'SDIS and the session move the pull-up only while the 48 MHz run; without them it stays as it is',
    source: 'the logic behind it is clocked; no document says so',
    confidence: 'hypothesis',
    question: 'With the device connected stop the 48 MHz, then set SDIS: does the host see it leave?',
  },
  {
    id: 'otg-answers-need-clock',
    behaviour: 'Outside 48 MHz +/- 0.25 % or with an AHB clock below 14.2 MHz the host gets no answer at all',
    source: 'USB 2.0 7.1.11; RM0383 22.17 (AHB clock): limits, not what happens beyond them. Real hosts may bear more',
    confidence: 'hypothesis',
    question: 'Run the 48 MHz 1 % too high, then the AHB at 12 MHz: does the device enumerate?',
  },
  {
    id: 'otg-reset-needs-any-clock',
    behaviour: 'A bus reset is seen with any PHY clock, also one with which the host gets no answer',
    source:
      'AN2606 r70 T83: the ROM of F4 runs from HSI until a host is there, and takes HSE then; SE0 of 10 ms needs no exact clock (USB 2.0 7.1.7.5)',
    confidence: 'hypothesis',
    question:
      'Run the 48 MHz from HSI on a chip whose HSI is off by more than 0.25 %: USBRST when the host resets the bus?',
  },
  {
    id: 'otg-rc-oscillators-for-usb',
    behaviour:
      'HSI, and MSI without its PLL mode, are off by a fixed deviation of the chip within the band of the datasheet; USB alone notices',
    source:
      'DS10314 6.3.9 (1 %), DS10198 6.3.7 (0.7 %), recalled; that the deviation is even over the band is an assumption',
    confidence: 'corroborated',
    question: 'Put HSI (F411) or MSI (L476) on MCO and count it against the LSE.',
  },
  {
    id: 'otg-setup-done-at-next-token',
    behaviour: '"SETUP complete" enters the Rx FIFO with the first IN or OUT token after the SETUP',
    source: 'RM0383 22.17.6 (the data stage has started); state machines of TinyUSB, libopencm3 and synopsys-usb-otg',
    confidence: 'corroborated',
    question: 'Send a SETUP alone: which status words are in the Rx FIFO 5 ms later?',
  },
  {
    id: 'otg-address-after-status',
    behaviour:
      'DCFG.DAD written between SETUP and status stage is in force after the status stage, at other times at once',
    source: 'TinyUSB, HAL, libopencm3 and Zephyr write it before the status stage',
    confidence: 'corroborated',
    question: 'Write DAD before the status stage of SET_ADDRESS and hold that back: is address 0 still answered?',
  },
  {
    id: 'otg-reset-keeps-address',
    behaviour: 'A bus reset does not clear DCFG.DAD',
    source: 'RM0383 22.16.4 (firmware programs it); every driver clears it, so that nobody would notice',
    confidence: 'hypothesis',
    question: 'With an address set, reset the bus with interrupts masked and read DCFG.',
  },
  {
    id: 'otg-gonak-at-once',
    behaviour: 'SGONAK sets GONAKEFF at once, and puts "global OUT NAK" into the Rx FIFO',
    source: 'TinyUSB waits for GONAKEFF without reading the FIFO; RM0383 22.17.6 puts the reading first',
    confidence: 'corroborated',
    question: 'Set SGONAK with an empty Rx FIFO: GONAKEFF before GRXSTSP is read?',
  },
  {
    id: 'otg-out-disable-without-gonak',
    behaviour: 'EPDIS disables an OUT endpoint at once, with or without global OUT NAK',
    source: 'RM0383 22.17.6 asks for global OUT NAK first; the HAL does without it',
    confidence: 'hypothesis',
    question: 'Enable bulk OUT endpoint 1, set EPDIS without SGONAK: EPDISD?',
  },
  {
    id: 'otg-setup-keeps-in-transfer',
    behaviour: 'A SETUP sets NAK on endpoint 0, and leaves EPENA and the Tx FIFO of an unfinished IN transfer alone',
    source: 'RM0383 22.17.6 leaves the flush to the application',
    confidence: 'hypothesis',
    question: 'Arm endpoint 0 IN, let the host send SETUP instead of IN: EPENA? DTXFSTS?',
  },
  {
    id: 'otg-stopped-phy-clock-hears',
    behaviour: 'With PCGCCTL.STPPCLK set in suspend, the next reset or frame of the host wakes the core all the same',
    source: 'devices made with CubeMX set it at suspend and never clear it, and enumerate',
    confidence: 'corroborated',
    question: 'Set STPPCLK in suspend, let the host reset the bus: USBRST? WKUINT?',
  },
  {
    id: 'otg-reset-wakes',
    behaviour: 'A bus reset in suspend sets WKUINT beside USBRST',
    source: 'analogy with the USB peripheral of F0 and L0; RM0383 22.8 speaks of resume signalling only',
    confidence: 'hypothesis',
    question: 'Reset the bus while the device is suspended: GINTSTS?',
  },
  {
    id: 'otg-device-without-id',
    behaviour: 'The core is a device unless FHMOD is set; a change takes 25 ms',
    source: 'RM0383 22.16.2 (FDMOD, FHMOD: 25 ms); that the open ID pin makes it a device before that is an assumption',
    confidence: 'hypothesis',
    question: 'After a reset of the peripheral with PA10 open, read GINTSTS.CMOD and GOTGCTL.CIDSTS.',
  },
  {
    id: 'otg-vbus-not-at-pa9',
    behaviour: 'With VBUS sensing the boards have no session: PA9 is not connected to VBUS',
    source:
      'Nucleo-64 boards have no connector for it; Black Pill: adafruit/circuitpython pull request 2361, hathach/tinyusb 234',
    confidence: 'corroborated',
    question: 'Measure PA9 against VBUS with the cable in.',
  },
];

/** 2.81a. */
export const usbOtgV2: readonly Row[] = [
  {
    id: 'otg-sdis-after-reset',
    behaviour:
      'DCTL.SDIS is 0 after reset: the device shows itself as soon as the transceiver is on and the session valid',
    source: 'RM0383 22.16.4 shows DCTL = 0; ST SVD shows 0 for L476 as well, where drivers say otherwise',
    confidence: 'hypothesis',
    question: 'After a reset of the peripheral read DCTL.',
  },
];

/** 3.10a. */
export const usbOtgV3: readonly Row[] = [
  {
    id: 'otg-sdis-after-reset',
    behaviour: 'DCTL.SDIS is 1 after reset',
    source: 'RM0351 47.15, recalled; a comment of libopencm3 (not all cores connect by default); the ST SVD shows 0',
    confidence: 'hypothesis',
    question: 'After a reset of the peripheral read DCTL.',
  },
  {
    id: 'otg-extra-completions',
    behaviour:
      '"OUT complete" also after a SETUP, with STPKTRX set, and where a control write goes over to its status stage, with STSPHSRX',
    source: 'filters of TinyUSB and of ST’s HAL for 3.10a; the moment of the second is an assumption',
    confidence: 'corroborated',
    question: 'List all words of the Rx FIFO for one control write of 4 bytes.',
  },
];
