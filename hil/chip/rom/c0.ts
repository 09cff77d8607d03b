import { C011, C031, C071, type RomBehaviour } from './behaviour.ts';

/** ROM 0x51 (V5.1) of the C011, 0x52 (V5.2) of the C031, 0xD1 (V13.1) of the C071. */
export const c0Behaviours: readonly RomBehaviour[] = [
  {
    id: 'c0-start-keeps-peripherals',
    parts: [C011, C031],
    behaviour: 'works on top of what the application left: no reset of peripherals at start',
    source: 'AN2606 r70 T10, T12 name none',
    confidence: 'hypothesis',
    question: 'entry-registers',
  },
  {
    id: 'c071-start-resets-peripherals',
    parts: [C071],
    behaviour: 'starts by resetting the peripherals it uses',
    source: 'AN2606 r70 T17: EMPTY is lost by a de-initialisation that writes FLASH_ACR',
    confidence: 'hypothesis',
    choice:
      'which peripherals: GPIOA-B, USART1-2, I2C1-2, SPI1-2, USB, CRS and the choice of SYSCLK; not SYSCFG, FLASH and DMA',
    switch: { macro: 'ROM_RESETS_PERIPHERALS_AT_START', values: { 209: 1 } },
    question: 'entry-registers',
  },
  {
    id: 'c071-usart2-exti',
    parts: [C071],
    behaviour: 'measures USART2 by the interrupt of EXTI line 3: deaf there while PRIMASK is set; USART1 is not',
    source: 'AN2606 r70 T16 (EXTI 3), 4.1 (interrupts must be enabled by the caller), T6 (-2 %)',
    confidence: 'documented',
    choice: 'the handler reads SysTick at both edges, so that the error is that of its entry alone',
    question: 'usart2-with-primask',
  },
];
