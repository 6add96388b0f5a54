/**
 * Members that are made when they are first read, and are the object's own all the same: so
 * structuredClone, postMessage and a spread have them, which see no getter of a prototype.
 *
 * `__defineGetter__` is older than it is loved, and the cheapest way: objects that get the same getters
 * in the same order share their shape, which those of defineProperty do not.
 */
interface Definer {
  __defineGetter__(this: object, name: string, get: (this: never) => unknown): void;
}

const { __defineGetter__: define } = Object.prototype as unknown as Definer;

/** Gives `target` the getters, each of which should keep what it has made. */
export function addLazy<T extends object>(
  target: T,
  getters: { readonly [Name in keyof T]?: (this: T) => T[Name] },
): void {
  for (const name in getters) {
    define.call(target, name, getters[name] as (this: never) => unknown);
  }
}
