/** The resistor at D+: what makes a host see a full-speed device. */
export interface PullUp {
  readonly attached: boolean;
  readonly plugged: boolean;
  onAttached(listener: (attached: boolean) => void): void;
  setPlugged(plugged: boolean): void;
  /** What it depends on may have changed. */
  update(): void;
  reset(): void;
}

export interface PullUpOptions {
  readonly usbHz: () => number;
  /** Transceiver on, supplied and connected to its pins. */
  readonly powered: () => boolean;
  /** The core wants to be seen. */
  readonly wanted: () => boolean;
  readonly changed: (attached: boolean) => void;
}

export function createPullUp(options: PullUpOptions): PullUp {
  const listeners: ((attached: boolean) => void)[] = [];
  /** Until the board says otherwise the cable is in. */
  let plugged = true;
  let on = false;
  let attached = false;

  function settle(): void {
    const now = plugged && on && options.powered();
    if (now === attached) return;
    attached = now;
    options.changed(now);
    for (const listener of listeners) listener(now);
  }
  function update(): void {
    // The core moves the resistor with the clock of its PHY: one that is left without clock stays as it is (hypothesis).
    if (options.usbHz() > 0) on = options.wanted();
    settle();
  }
  return {
    get attached() {
      return attached;
    },
    get plugged() {
      return plugged;
    },
    onAttached: (listener) => void listeners.push(listener),
    setPlugged(next) {
      plugged = next;
      update();
    },
    update,
    reset() {
      on = false;
      settle();
    },
  };
}
