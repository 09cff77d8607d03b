import type { UsartModel, UsartWiring } from './roles.ts';
import { createUsartV3, type UsartOptions } from './usart-v3.ts';

/**
 * USART of STM32 F0, L0 and L4: the one of G0 without FIFO and PRESC.
 *
 * Source: RM0351 chapter 40, RM0091 chapter 27, RM0376 chapter 28 against RM0454 chapter 26: CR1[31:29], CR3[31:24], ISR[27:23]
 * and PRESC are reserved (documented).
 */
export function createUsartV2(options: Omit<UsartOptions, 'fifo'>): UsartModel {
  return createUsartV3({ ...options, fifo: false });
}

/** Instance with auto-baud and receiver time-out. */
export const fullUsartV2 = (wiring: UsartWiring): UsartModel => createUsartV2({ ...wiring, full: true });
/** Instance without them (of F0 and L0: RM0091 and RM0376 tables of USART features). */
export const basicUsartV2 = (wiring: UsartWiring): UsartModel => createUsartV2({ ...wiring, full: false });
