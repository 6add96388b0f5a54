/** Whole programs that consume: how they end by a signal, by themselves, and how they do not. */
import { type ChildProcess, spawn } from "node:child_process";
import { describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { handler } from "./support.ts";

const engine = new URL("../../dist/engine/index.js", import.meta.url).href;

interface Program {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Resolves when it has printed this. */
  readonly says: (text: string) => Promise<void>;
  /** Resolves with exit code or signal. */
  readonly ended: Promise<number | string | null>;
}

function run(code: string): Program {
  const source =
    `import { Broker, consume } from ${JSON.stringify(engine)};\n` +
    `const handler = new URL(${JSON.stringify(handler("countEach.mjs").href)});\n` +
    `const words = (length) => new Int32Array(new SharedArrayBuffer(length * 4));\n${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: patience(),
    killSignal: "SIGKILL",
  });
  let said = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | string | null>((resolve) => {
    child.once("close", (status, signal) => resolve(status ?? signal));
  });
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (said.includes(text)) resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended before it said ${text}: ${said}`)));
    });
  return { child, said: () => said, says, ended };
}

describe("a program", () => {
  test("that stops its consumer on SIGTERM ends with 0 and loses nothing", async () => {
    const { child, says, said, ended } = run(`
      const count = 20_000;
      const broker = await Broker.open();
      const queue = await broker.createQueue("work");
      const seen = words(count);
      for (let number = 0; number < count; number++) queue.sync.send(String(number));
      const consumer = consume(queue, handler, { threads: 2, data: { seen } });
      const looking = setInterval(() => {
        if (consumer.stats().handled === 0) return;
        clearInterval(looking);
        console.log("at work");
      }, 1);
      process.once("SIGTERM", async () => {
        await consumer.stop();
        const { visible, inFlight } = queue.counts();
        const { handled, received, inHand } = consumer.stats();
        await broker.close();
        const once = seen.filter((times) => times === 1).length;
        console.log(JSON.stringify({ inFlight, inHand, lost: count - visible - once, repeated: handled - once, open: received - handled }));
      });
    `);
    await says("at work");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(JSON.parse(said().trim().split("\n").at(-1) ?? "")).toEqual({
      inFlight: 0,
      inHand: 0,
      lost: 0,
      repeated: 0,
      open: 0,
    });
  });

  test.each(["threads: 1", "inline: true"])(
    "whose consumer was stopped, once and again, ends by itself: %s",
    async (how) => {
      const { says, ended } = run(`
        const broker = await Broker.open();
        const queue = await broker.createQueue("work");
          const consumer = consume(queue, handler, { ${how}, data: { seen: words(1) } });
          await consumer.ready;
          await consumer.stop();
          await consumer.stop();
        await broker.close();
        const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout");
        console.log("timers left:", timers.length);
      `);
      await says("timers left: 0");
      expect(await ended).toBe(0);
    },
  );

  test.each(["threads: 1", "inline: true"])(
    "whose consumer runs stays alive, though nothing else is to do: %s",
    async (how) => {
      const { child, says, ended } = run(`
        const broker = await Broker.open();
        const queue = await broker.createQueue("work");
        const consumer = consume(queue, handler, { ${how}, data: { seen: words(1) } });
        await consumer.ready;
        process.once("SIGTERM", async () => {
          await queue.send("0");
          consumer.once("drained", async () => {
            console.log("handled", consumer.stats().handled);
            await consumer.stop();
            await broker.close();
          });
        });
        console.log("ready");
      `);
      await says("ready");
      const first = await Promise.race([
        ended,
        new Promise((resolve) => setTimeout(() => resolve("alive"), 700)),
      ]);
      expect(first).toBe("alive");
      child.kill("SIGTERM");
      await says("handled 1");
      expect(await ended).toBe(0);
    },
  );
});
