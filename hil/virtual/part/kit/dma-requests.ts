/** Request lines between peripherals and DMA, by name (`USART2_RX`). Levels, as on the chip. */
export interface DmaRequests {
  set(line: string, asserted: boolean): void;
  asserted(line: string): boolean;
  /** Called when a line goes up. */
  listen(listener: (line: string) => void): void;
}

export function createDmaRequests(): DmaRequests {
  const up = new Set<string>();
  const listeners: ((line: string) => void)[] = [];
  return {
    set(line, asserted) {
      if (asserted === up.has(line)) return;
      if (!asserted) {
        up.delete(line);
        return;
      }
      up.add(line);
      for (const listener of listeners) listener(line);
    },
    asserted: (line) => up.has(line),
    listen: (listener) => listeners.push(listener),
  };
}
