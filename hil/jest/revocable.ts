/** A membrane around handles: once revoked, nothing reached through it does anything any more. */
export interface Revocable<T> {
  readonly value: T;
  /** From now on every call rejects (or throws) with this error. */
  revoke(error: Error): void;
}

const MAX_DEPTH = 4;

/**
 * Wraps an object and every handle that its functions return, now or by promise. A revoked call rejects one turn of the event
 * loop later, never at once: a loop that swallows errors would otherwise spin in microtasks and starve all timers.
 * @param synchronous names of functions that return no promise; they throw when revoked
 */
export function revocable<T extends object>(target: T, synchronous: ReadonlySet<string> = new Set()): Revocable<T> {
  let reason: Error | undefined;
  const known = new WeakMap<object, object>();

  const call = (fn: (...args: unknown[]) => unknown, self: object, name: string, args: unknown[]): unknown => {
    if (reason !== undefined) {
      const error = reason;
      if (synchronous.has(name)) throw error;
      const late = new Promise((_resolve, reject) => setImmediate(() => reject(error)));
      // Whoever awaits it sees it; whoever does not must not end the process.
      late.catch(() => {});
      return late;
    }
    const result = fn.apply(self, args);
    return result instanceof Promise ? result.then(wrap) : wrap(result);
  };

  const wrap = (value: unknown): unknown => {
    if (!isHandle(value, MAX_DEPTH)) return value;
    const seen = known.get(value);
    if (seen !== undefined) return seen;
    const proxy: object = new Proxy(value, {
      get(inner, name) {
        const found: unknown = Reflect.get(inner, name);
        if (typeof found !== 'function') return wrap(found);
        return (...args: unknown[]) => call(found as (...args: unknown[]) => unknown, inner, String(name), args);
      },
    });
    known.set(value, proxy);
    return proxy;
  };

  return {
    value: wrap(target) as T,
    revoke(error) {
      reason ??= error;
    },
  };
}

/** True for objects through which something can be done: those that hold a function, at any depth that handles have. */
function isHandle(value: unknown, depth: number): value is object {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) return false;
  if (value instanceof Promise || value instanceof Error || value instanceof AbortSignal) return false;
  return Object.values(value).some((item) => typeof item === 'function' || isHandle(item, depth - 1));
}
