/**
 * How often ptys are looked at that nobody has open. What a program writes meanwhile waits in the kernel. Ten wake-ups a second
 * are a fifth of what an idle board may cost (0.2 ms each, measured on a shared 2-core machine).
 */
const PERIOD_MS = 100;

/** One timer for many watchers; none while there are none. The returned function adds a watcher and gives back its removal. */
export function createNowAndThen(): (action: () => void) => () => void {
  const actions = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  return (action) => {
    actions.add(action);
    timer ??= setInterval(() => {
      for (const each of actions) each();
    }, PERIOD_MS);
    return () => {
      actions.delete(action);
      if (actions.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  };
}
