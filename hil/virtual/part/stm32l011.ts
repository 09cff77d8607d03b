import { stm32l011k4 } from '../../chip/part/stm32l011k4.ts';
import { bootAreaPattern6 } from './boot-pattern-6.ts';
import { assembleL0 } from './stm32l0.ts';
import { portsL0 } from './stm32l0-pins.ts';
import { l0Small } from './stm32l0-small.ts';

export const stm32l011 = assembleL0({
  ...l0Small(stm32l011k4),
  // One L011 prints 0x10086457 (public report, stlink issue 565).
  idcode: 0x1008_6000 | stm32l011k4.identity.devId,
  mask: { IOPENR: 0x07, AHBENR: 0x1101, APB2ENR: 0x0040_1205, APB1ENR: 0x9026_0801 },
  ports: portsL0({ A: 0xffff, B: 0x02fb, C: 0xc000 }),
  boot: bootAreaPattern6,
  dmaChannels: 5,
});
