import { stm32l031k6 } from '../../chip/part/stm32l031k6.ts';
import { bootAreaPattern2 } from './boot-pattern-2.ts';
import { assembleL0 } from './stm32l0.ts';
import { portsL0 } from './stm32l0-pins.ts';
import { l0Small } from './stm32l0-small.ts';

const small = l0Small(stm32l031k6);

export const stm32l031 = assembleL0({
  ...small,
  // One L031 prints 0x20006425 (public report, stlink issue 380).
  idcode: 0x2000_6000 | stm32l031k6.identity.devId,
  mask: { IOPENR: 0x07, AHBENR: 0x1101, APB2ENR: 0x0040_12a5, APB1ENR: 0x9026_0801 },
  ports: portsL0({ A: 0xffff, B: 0x00fb, C: 0xc000 }),
  boot: bootAreaPattern2,
  dmaChannels: 7,
  unmodelled: [...small.unmodelled, ['TIM22', 0x4001_1400, ['APB2ENR', 5]], ['FIREWALL', 0x4001_1c00, ['APB2ENR', 7]]],
});
