/** A lock that two keys open in order; a wrong key keeps it shut until reset. */
export interface KeyLock {
  readonly locked: boolean;
  /** False when the key was wrong. */
  present(key: number): boolean;
  lock(): void;
  reset(): void;
}

export function createKeyLock(keys: readonly [number, number]): KeyLock {
  let locked = true;
  let blocked = false;
  let step = 0;
  return {
    get locked() {
      return locked;
    },
    present(key) {
      if (!blocked && locked && key === keys[step]) {
        step++;
        if (step === keys.length) {
          locked = false;
          step = 0;
        }
        return true;
      }
      blocked = true;
      locked = true;
      step = 0;
      return false;
    },
    lock() {
      locked = true;
      step = 0;
    },
    reset() {
      locked = true;
      blocked = false;
      step = 0;
    },
  };
}
