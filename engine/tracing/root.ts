/**
 * OpenTelemetry's context as its API has it, for where nothing is active: names and values, never
 * changed, each change another object. Ours, since the API's own comes with its package, which is the
 * program's. Pure.
 */
import type { Context } from "@opentelemetry/api";

class RootContext implements Context {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new RootContext(new Map(this.#values).set(key, value));
  }

  deleteValue(key: symbol): Context {
    const values = new Map(this.#values);
    values.delete(key);
    return new RootContext(values);
  }
}

/** In which nothing is active. */
export const ROOT: Context = new RootContext(new Map());
