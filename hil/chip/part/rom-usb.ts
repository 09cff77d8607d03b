import type { RomUsb } from '../chip.ts';
import type { Provenance } from '../provenance.ts';
import { corroborated, documented, hypothesis, reported } from './sources.ts';

/** What the DFU devices of all ROMs share. */
const everyRom = {
  dm: 'PA11',
  dp: 'PA12',
  manufacturer: 'STMicroelectronics',
  bmAttributes: 0x0b,
  wDetachTimeOut: 255,
  bcdDFUVersion: 0x011a,
  maxPowerMa: 100,
} as const;

/** The oldest of the three generations that are known: F0, F4, L0, L4. */
const generation2200 = {
  ...everyRom,
  bcdUSB: 0x0100,
  bcdDevice: 0x2200,
  product: 'STM32  BOOTLOADER',
  wTransferSize: 2048,
} as const;

export const usbF042: RomUsb = {
  ...generation2200,
  clock: 'HSI48 and CRS',
  serial: 'FFFFFFFEFFFF',
  alternates: ['@Internal Flash  /0x08000000/032*0001Kg', '@Option Bytes  /0x1FFFF800/01*016 e'],
  connectionMs: 350,
};

export const usbF411: RomUsb = {
  ...generation2200,
  clock: 'HSE, a multiple of 1 MHz from 4 to 26 MHz, and PLL',
  serial: 'unique-id',
  alternates: [
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg',
    '@Option Bytes  /0x1FFFC000/01*016 e',
    '@OTP Memory /0x1FFF7800/01*512 e,01*016 e',
    '@Device Feature/0xFFFF0000/01*004 e',
  ],
  connectionMs: 250,
};

export const usbL073: RomUsb = {
  ...generation2200,
  clock: 'HSI48 and CRS',
  serial: 'unique-id',
  alternates: [
    '@Internal Flash  /0x08000000/1536*128g',
    '@Option Bytes  /0x1FF80000/01*032 e',
    '@DATA Memory /0x08080000/2*3Ke',
  ],
  connectionMs: 140,
};

export const usbL476: RomUsb = {
  ...generation2200,
  clock: 'MSI at 48 MHz, trimmed by LSE; without LSE, HSE and PLL',
  serial: 'unique-id',
  alternates: [
    '@Internal Flash  /0x08000000/0512*0002Kg',
    '@Option Bytes  /0x1FFF7800/01*040 e',
    '@OTP Memory /0x1FFF7000/01*0001Ke',
    '@Device Feature/0xFFFF0000/01*004 e',
  ],
  connectionMs: 300,
};

/** Three alternates, all with the name of the first. */
const flashG0B1 = '@Internal Flash   /0x08000000/256*02Kg';

export const usbG0B1: RomUsb = {
  ...everyRom,
  clock: 'HSI48 and CRS',
  bcdUSB: 0x0200,
  bcdDevice: 0x0200,
  product: 'DFU in FS Mode',
  serial: 'unique-id',
  alternates: [flashG0B1, flashG0B1, flashG0B1],
  wTransferSize: 1024,
  connectionMs: 300,
};

export const usbC071: RomUsb = {
  ...everyRom,
  clock: 'HSIUSB48 and CRS',
  bcdUSB: 0x0200,
  bcdDevice: 0x0220,
  product: 'DFU in FS Mode',
  serial: 'unique-id',
  alternates: [
    '@Internal Flash    /0x08000000/64*02Kg',
    '@OB Bytes          /0x1FFF7800/01*128 e',
    '@ENGI Bytes        /0x1FFF7500/01*768 e',
  ],
  wTransferSize: 1024,
  connectionMs: 552,
};

const COMMON: Readonly<Record<string, Provenance>> = {
  'rom.usb.manufacturer': corroborated(
    'lsusb of F401 and F411 class parts, dmesg of an F042, G0C1 (ST community 839156)',
  ),
  'rom.usb.bmAttributes': corroborated('lsusb of F401, F405 and F411 class parts; F107', 'taken to be the same on all'),
  'rom.usb.wDetachTimeOut': corroborated(
    'lsusb of F401, F405 and F411 class parts; F107',
    'taken to be the same on all',
  ),
  'rom.usb.bcdDFUVersion': corroborated('dfu-util logs of F042, F401, F411, G0B1', 'taken to be the same on all'),
  'rom.usb.connectionMs': documented('AN2606 r70 T229 (USB connection times)', 'measured with one host'),
};

const GENERATION_2200: Readonly<Record<string, Provenance>> = {
  ...COMMON,
  'rom.usb.bcdUSB': corroborated('lsusb of F401 and F411 class parts', 'taken to be the same on all ver=2200 ROMs'),
  'rom.usb.bcdDevice': corroborated('dfu-util -l of F042, F072, F4, L07x, L43x, L45x'),
  'rom.usb.product': corroborated(
    'lsusb of F401 and F411 class parts, dmesg of an F042, CubeProgrammer on F4 and L45x',
  ),
  'rom.usb.maxPowerMa': corroborated('lsusb of F401 and F411 class parts', 'taken to be the same on all ver=2200 ROMs'),
};

const pins = (table: string): Readonly<Record<string, Provenance>> => ({
  'rom.usb.dm': documented(`AN2606 r70 ${table}`),
  'rom.usb.dp': documented(`AN2606 r70 ${table}`),
  'rom.usb.clock': documented(`AN2606 r70 ${table}`),
});

const SERIAL = corroborated(
  'the formula fits one G0B1 whose unique id is known, and the fixed serial of F0 (all words 0xFFFFFFFF)',
);

export const USB_F042_SOURCES: Readonly<Record<string, Provenance>> = {
  ...GENERATION_2200,
  ...pins('T35'),
  'rom.usb.serial': corroborated('dfu-util -l of nine F042 and F072 boards'),
  'rom.usb.alternates': corroborated('dfu-util -l of eight F042 boards, SolidRun BMC among them'),
  'rom.usb.wTransferSize': reported('dfu-util log of the SolidRun BMC (F042)'),
};

export const USB_F411_SOURCES: Readonly<Record<string, Provenance>> = {
  ...GENERATION_2200,
  ...pins('T83'),
  'rom.usb.serial': SERIAL,
  'rom.usb.alternates': corroborated('dfu-util -l of 512 KB F411 and F446 (zmk issue 1711)'),
  'rom.usb.wTransferSize': corroborated('lsusb of F401 and F411 class parts'),
};

export const USB_L073_SOURCES: Readonly<Record<string, Provenance>> = {
  ...GENERATION_2200,
  ...pins('T148'),
  'rom.usb.serial': SERIAL,
  'rom.usb.alternates': corroborated(
    'dfu-util -l of L072 and L073 boards (BigClown notes, HHKB)',
    'parts of 128 KB show it too',
  ),
  'rom.usb.wTransferSize': hypothesis('as the other ROMs of the generation; AN3156 allows 2 to 2048'),
};

export const USB_L476_SOURCES: Readonly<Record<string, Provenance>> = {
  ...GENERATION_2200,
  ...pins('T168 to T171'),
  'rom.usb.bcdDevice': hypothesis('DFU V2.2 as L43x and L45x, which show it; no listing of an L476 is known'),
  'rom.usb.serial': SERIAL,
  'rom.usb.alternates': hypothesis(
    'dfu-util -l of L43x (256 KB) and L45x (512 KB); no listing of an L476 is known',
    'the flash string is theirs with 512 pages; whether there is a Device Feature is open',
  ),
  'rom.usb.wTransferSize': hypothesis('as the other ROMs of the generation; AN3156 allows 2 to 2048'),
};

export const USB_G0B1_SOURCES: Readonly<Record<string, Provenance>> = {
  ...COMMON,
  ...pins('T111'),
  'rom.usb.bcdUSB': reported('device descriptor of a G0C1 (ST community 839156)'),
  'rom.usb.bcdDevice': corroborated('dfu-util -l of five boards with G0B1'),
  'rom.usb.product': corroborated('G0C1 (ST community 839156), G0B0 (13798)'),
  'rom.usb.serial': SERIAL,
  'rom.usb.alternates': corroborated('dfu-util -l of five boards with G0B1CB (64*02Kg) and one of 512 KB'),
  'rom.usb.wTransferSize': reported('dfu-util log of a Manta M8P (G0B1)'),
  'rom.usb.maxPowerMa': hypothesis('as the ver=2200 ROMs; no configuration descriptor of this generation is known'),
};

export const USB_C071_SOURCES: Readonly<Record<string, Provenance>> = {
  ...COMMON,
  ...pins('T16'),
  'rom.usb.bcdUSB': hypothesis('as the G0C1; no descriptor of a C071 is known'),
  'rom.usb.bcdDevice': hypothesis('as the U083, whose strings are alike; no descriptor of a C071 is known'),
  'rom.usb.product': hypothesis('as the G0C1; no descriptor of a C071 is known'),
  'rom.usb.serial': hypothesis('the formula of the other ROMs'),
  'rom.usb.alternates': hypothesis(
    'a WebUSB updater for one C071 product selects the first and third by such names; the second is named as on the U083',
    'the U083 shows the option registers there, this the option bytes (AN2606 r70 T226); whether there is one for OTP is open',
  ),
  'rom.usb.wTransferSize': reported('fixture of a WebUSB updater for one C071 product', 'a fixture, not a recording'),
  'rom.usb.bmAttributes': reported('fixture of a WebUSB updater for one C071 product', 'a fixture, not a recording'),
  'rom.usb.maxPowerMa': hypothesis('as the ver=2200 ROMs; no configuration descriptor of this generation is known'),
};
