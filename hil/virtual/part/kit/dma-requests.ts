/** Request lines between peripherals and DMA, by name (`USART2_RX`). Levels, as on the chip. */
export interface DmaRequests {
  set(line: string, asserted: boolean): void;
  /** Raise a line until a channel has served it: the request of a timer, which no register access takes back. */
  pulse(line: string): void;
  /** A channel has made a transfer for this line. */
  served(line: string): void;
  asserted(line: string): boolean;
  /** Called when a line goes up. */
  listen(listener: (line: string) => void): void;
}

export function createDmaRequests(): DmaRequests {
  const up = new Set<string>();
  const untilServed = new Set<string>();
  const listeners: ((line: string) => void)[] = [];
  function set(line: string, asserted: boolean): void {
    if (asserted === up.has(line)) return;
    if (!asserted) {
      up.delete(line);
      return;
    }
    up.add(line);
    for (const listener of listeners) listener(line);
  }
  return {
    set,
    pulse(line) {
      untilServed.add(line);
      set(line, true);
    },
    served(line) {
      if (untilServed.delete(line)) set(line, false);
    },
    asserted: (line) => up.has(line),
    listen: (listener) => listeners.push(listener),
  };
}
