import type { Schedule } from '../schedule.ts';

/** The multiplexer behind SW and SWS: it changes over when the wanted source runs, and stays where it is until then. */
export interface SysclkSwitch {
  /** SW as written. */
  readonly wanted: number;
  /** SWS. */
  readonly used: number;
  /** `source` drives SYSCLK or is selected to. */
  wants(source: number): boolean;
  select(source: number): void;
  /** A source got ready or changed. */
  follow(): void;
  /** To the source that the hardware starts from. */
  reset(): void;
}

export interface SysclkSwitchOptions {
  readonly schedule: Schedule;
  /** SWS follows SW so long after the new source is ready. */
  readonly delayNs: number;
  /** Hz of a source by its code in SW; 0 while it cannot be used. */
  readonly hzOf: (source: number) => number;
  /** SWS changed. */
  readonly changed: () => void;
}

export function createSysclkSwitch(options: SysclkSwitchOptions): SysclkSwitch {
  let wanted = 0;
  let used = 0;
  function follow(): void {
    const target = wanted;
    if (target === used || options.hzOf(target) === 0) return;
    options.schedule.after(options.delayNs, () => {
      if (wanted !== target || used === target || options.hzOf(target) === 0) return;
      used = target;
      options.changed();
    });
  }
  return {
    get wanted() {
      return wanted;
    },
    get used() {
      return used;
    },
    wants: (source) => used === source || wanted === source,
    select(source) {
      wanted = source;
      follow();
    },
    follow,
    reset() {
      wanted = used = 0;
    },
  };
}
