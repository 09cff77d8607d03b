import type { UsbOtgOptions } from '../../peripheral/usb-otg.ts';
import type { OtgCore } from '../../peripheral/usb-otg-cores.ts';
import type { PartKit } from './definition.ts';

/** What OTG_FS gets from any part: clocks, supply, its pins. PA11 and PA12 are its own on every STM32 (DS10314, DS10198: AF10). */
export function otgOf(
  kit: PartKit,
  part: { readonly core: OtgCore; readonly irq: number; readonly clocked: () => boolean },
): UsbOtgOptions {
  return {
    core: part.core,
    host: kit.host,
    setIrq: kit.irqSource(part.irq),
    clocked: part.clocked,
    hclkHz: () => kit.clocks.hclkHz(),
    usbHz: () => kit.clocks.usbHz?.() ?? 0,
    supplied: () => kit.power.usbSupplied?.() ?? true,
    pinsRouted: () => kit.carries('PA11', 'OTG_FS_DM') && kit.carries('PA12', 'OTG_FS_DP'),
    // Nucleo-64 boards have no connector for it, and the Black Pill leaves PA9 free of VBUS (schematics: corroborated).
    vbusAtPa9: false,
  };
}
