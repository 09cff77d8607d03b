import type { Provenance } from '../provenance.ts';

type Sourced = (source: string, note?: string) => Provenance;

const withConfidence =
  (confidence: Provenance['confidence']): Sourced =>
  (source, note) => ({ source, confidence, ...(note === undefined ? {} : { note }) });

export const documented = withConfidence('documented');
export const corroborated = withConfidence('corroborated');
export const reported = withConfidence('reported');
export const hypothesis = withConfidence('hypothesis');

/** What is known of every part from the same places: `header` is ST's CMSIS header, `an2606` the tables of AN2606 on the ROM. */
export function commonSources(header: string, an2606: string): Readonly<Record<string, Provenance>> {
  const st = documented(`ST header ${header}`);
  const rom = documented(`AN2606 r70 ${an2606}`);
  return {
    name: documented('ST datasheet order code'),
    family: documented('ST order code'),
    'board.name': documented('ST STM32_open_pin_data (.ioc)'),
    'core.architecture': st,
    'core.name': st,
    'core.hasVtor': documented(`ST header ${header}, __VTOR_PRESENT; Arm Cortex-M0 has none, Cortex-M4 always`),
    'core.hasFpu': documented(`ST header ${header}, __FPU_PRESENT`),
    'core.interrupts': st,
    'identity.devId': corroborated(
      'AN2606 r70 T226; OpenOCD; stm32flash',
      'mask IDCODE with 0xFFF: bits 15:12 read 0x6 on several families',
    ),
    'identity.idcodeAddress': documented(`ST header ${header}, DBGMCU base`),
    'identity.uniqueId': documented(`ST header ${header}, UID_BASE`),
    'identity.flashSizeAddress': documented(`ST header ${header}, FLASHSIZE_BASE`),
    'flash.base': st,
    memoryRemap: documented(`ST header ${header}, SYSCFG; HAL __HAL_SYSCFG_REMAPMEMORY macros`),
    systemMemory: documented(`AN2606 r70 ${an2606}, T226`),
    'rom.idAddress': documented('AN2606 r70 T3'),
    'rom.versions': documented(`AN2606 r70 T3, ${an2606}`),
    'rom.protocolVersion': documented('AN3155 r20 3.2; AN2606 r70 T3'),
    'rom.getCommands': documented('AN3155 r20 3.1; AN2606 r70 T3'),
    'rom.usarts': rom,
    'rom.ramUsed': rom,
    'rom.ramValid': documented('AN2606 r70 T226'),
    'rom.sysclkHz': rom,
    'rom.clockSource': rom,
    'rom.startupMs': documented('AN2606 r70 T227'),
    'rom.bootPattern': documented('AN2606 r70 T2'),
    'rom.writeAlignment': documented('AN2606 r70 T7'),
  };
}

/** GET of protocol V3.1: Extended Erase in place of Erase (AN3155 r20 3.1). */
export const GET_V3_1: readonly number[] = [0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82, 0x92];

/** Nucleo-64: user LED LD2 (LD4 on G0 and C0) on PA5, blue button on PC13. */
export const NUCLEO_64_PINS = corroborated('Zephyr board files; Nucleo-64 convention (UM1724, UM2324)');

/** Nucleo-32: user LED LD3 on PB3, no user button. */
export const NUCLEO_32_PINS = corroborated('Zephyr board files; Nucleo-32 convention (UM1956)');

export const FROM_IOC = documented("ST STM32_open_pin_data, the board's .ioc");
