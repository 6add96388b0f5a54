/**
 * Run beside each file of the project `together` (vitest.config.ts), whose files share processes: a
 * file fails that leaves on its process what the next one would feel. A file that must needs a
 * process of its own.
 */
import { afterAll, expect } from "vitest";

const EVENTS = ["SIGINT", "SIGTERM", "uncaughtException", "unhandledRejection", "warning"];

/** What tests change: the clocks, the environment, the folder, the listeners of the process. */
function surroundings(): object {
  const { setTimeout, setInterval, setImmediate, performance, fetch } = globalThis;
  return {
    now: Date.now,
    timers: [setTimeout, setInterval, setImmediate, performance.now, fetch],
    atomics: [Atomics.load, Atomics.wait, Atomics.waitAsync, Atomics.notify],
    prints: [process.stdout.write, process.stderr.write, process.emitWarning],
    environment: { ...process.env },
    folder: process.cwd(),
    listeners: EVENTS.map((event) => [event, process.listenerCount(event)]),
  };
}

const found = surroundings();

afterAll(() => expect(surroundings(), "what the file leaves behind").toEqual(found));
