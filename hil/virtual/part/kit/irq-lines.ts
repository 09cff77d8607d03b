/** Interrupt lines of the NVIC that several requests share: a line is asserted while any of its sources is. */
export function createIrqLines(
  setIrq: (irq: number, asserted: boolean) => void,
): (irq: number) => (asserted: boolean) => void {
  const asserted = new Map<number, Set<object>>();
  return (irq) => {
    const me = {};
    const line = asserted.get(irq) ?? new Set<object>();
    asserted.set(irq, line);
    return (on) => {
      if (on) line.add(me);
      else line.delete(me);
      setIrq(irq, line.size > 0);
    };
  };
}
