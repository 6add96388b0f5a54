/** Whatever a handler, a close or a listener throws or answers: it is told, and the consumer goes on. */
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { HandlerModule } from "../../engine/index.ts";
import { event, inlined, numbered, started, until, withQueue, words } from "./support.ts";

function circular(): Error {
  const error = new Error("circular");
  error.cause = error;
  return error;
}

function hostile(): Error {
  const error = new Error("hostile");
  for (const name of ["stack", "name", "message", "code", "cause"]) {
    Object.defineProperty(error, name, {
      get() {
        throw new Error(`planted in the getter of ${name}`);
      },
    });
  }
  return error;
}

function trapped(): object {
  const refuse = (): never => {
    throw new Error("planted in a proxy");
  };
  return new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse });
}

const THROWN: readonly [what: string, make: () => unknown, told: RegExp][] = [
  ["undefined", () => undefined, /no Error was thrown: undefined/],
  ["null", () => null, /no Error was thrown: null/],
  ["a symbol", () => Symbol("planted"), /no Error was thrown: Symbol\(planted\)/],
  ["an object without a prototype", () => Object.create(null), /a value of type object/],
  ["an error that is its own cause", circular, /^circular$/],
  ["an error whose getters throw", hostile, /can't be read/],
  ["a proxy whose traps throw", trapped, /a value of type object/],
  ["an error of another realm", () => runInNewContext("new TypeError('far')"), /^far$/],
  [
    "an error with a name that is no text",
    () => Object.assign(new Error("odd"), { name: 7 }),
    /odd/,
  ],
];

const KINDS: readonly [kind: string, module: (thrown: () => unknown) => HandlerModule][] = [
  [
    "default",
    (thrown) => ({
      default: async () => {
        throw thrown();
      },
    }),
  ],
  [
    "handleBatch",
    (thrown) => ({
      handleBatch: () => {
        throw thrown();
      },
    }),
  ],
  [
    "handleSync",
    (thrown) => ({
      handleSync: () => {
        throw thrown();
      },
    }),
  ],
];

describe.each(KINDS)("%s throws", (_, moduleOf) => {
  test.each(THROWN)("%s: it is one failure, and told", async (_what, make, told) => {
    await withQueue(async (queue) => {
      await queue.send("x");
      await using consumer = inlined(queue, moduleOf(make), { visibilityTimeout: 600 });
      const [, error] = (await event(consumer, "failed")) as [string, Error];
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toMatch(told);
      await until(() => consumer.stats().inHand === 0, "let go");
      expect(consumer.stats()).toMatchObject({ failed: 1, handled: 0, threads: 1 });
      expect(consumer.errors).toEqual([]);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
    });
  });
});

test("what is thenable is waited for, whatever made it", async () => {
  await withQueue(async (queue) => {
    await queue.sendBatch(numbered(2));
    let ended = 0;
    const thenable = (fails: boolean): Promise<void> => {
      const then = (onDone: () => void, onFailed: (error: Error) => void): void => {
        setImmediate(() => {
          ended++;
          if (fails) onFailed(new Error("planted in then"));
          else onDone();
        });
      };
      return { then } as unknown as Promise<void>;
    };
    const module: HandlerModule = { default: ({ body }) => thenable(body === "1") };
    await using consumer = inlined(queue, module, { visibilityTimeout: 600 });
    await until(() => consumer.stats().failed === 1, "one failed");
    await until(() => consumer.stats().handled === 1, "one handled");
    expect(ended).toBe(2);
  });
});

describe("close", () => {
  test("that throws is told, once a life, and ends nothing else", async () => {
    await withQueue(async (queue) => {
      await queue.sendBatch(numbered(4));
      const module: HandlerModule = {
        default: () => {},
        close: () => {
          throw new RangeError("planted in close");
        },
      };
      const consumer = inlined(queue, module, { batch: 2, recycleAfter: 2 });
      let deaths = 0;
      consumer.on("threadDied", () => deaths++);
      await until(() => consumer.stats().handled === 4, "all handled, by two lives");
      await until(() => consumer.errors.length === 2, "both told");
      await consumer.stop();
      expect(consumer.errors.map(({ message }) => message)).toEqual(
        Array.from({ length: 3 }, () => expect.stringMatching(/close .*planted in close/)),
      );
      expect(deaths).toBe(0);
    });
  });
});

/** Gives what nobody caught to the test instead of its runner. */
async function withUncaught(use: (thrown: readonly unknown[]) => Promise<void>): Promise<void> {
  const thrown: unknown[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const onUncaught = (error: unknown): void => void thrown.push(error);
  process.on("uncaughtException", onUncaught);
  try {
    await use(thrown);
  } finally {
    process.off("uncaughtException", onUncaught);
    for (const other of others) process.on("uncaughtException", other);
  }
}

describe("a listener that throws", () => {
  test("of threadDied ends no place: the thread is replaced", async () => {
    await withUncaught(async (thrown) => {
      await withQueue(
        async (queue) => {
          const data = { seen: words(2), deaths: words(1) };
          data.deaths[0] = 1;
          await queue.sendBatch(numbered(2));
          const consumer = started(queue, "dieEach.mjs", { threads: 1, batch: 1, data });
          const planted = new Error("planted in a listener");
          consumer.on("threadDied", () => {
            throw planted;
          });
          await until(() => consumer.stats().handled === 2, "handled by the next thread");
          await consumer.stop();
          expect(thrown).toEqual([planted]);
        },
        { attributes: { visibilityTimeout: 1 } },
      );
    });
  });

  test.each(["processed", "failed", "drained", "error"] as const)(
    "is the program's own fault, and the consumer goes on: %s",
    async (name) => {
      await withUncaught(async (thrown) => {
        await withQueue(async (queue, broker) => {
          await queue.sendBatch(["good", "bad"]);
          const module: HandlerModule = {
            default: ({ body }) => {
              if (body === "bad") throw new Error("planted");
            },
          };
          const consumer = inlined(queue, module, { visibilityTimeout: 600 });
          const planted = new Error(`planted in a listener of ${name}`);
          consumer.on(name, () => {
            throw planted;
          });
          await until(() => consumer.stats().handled === 1, "handled");
          await queue.purge();
          if (name === "error") await broker.deleteQueue("work");
          await until(() => thrown.length > 0, "thrown");
          await consumer.stop();
          expect(new Set(thrown)).toEqual(new Set([planted]));
          expect(consumer.stats().threads).toBe(0);
        });
      });
    },
  );
});
