/**
 * How OpenTelemetry is found: by what the program has registered, never by a package that is there. The
 * program's processes run from dist/: build first.
 */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { findTelemetry, findTracing } from "../../engine/tracing/telemetry.ts";
import { register } from "./registered.ts";

const engine = new URL("../../dist/engine/index.js", import.meta.url).href;

test("nothing of it is loaded, registered or made by who embeds a broker", () => {
  const program = `
    import { createRequire } from "node:module";
    import { Broker } from ${JSON.stringify(engine)};
    const broker = await Broker.open({ memoryBytes: 2 ** 25, queuesMax: 16 });
    const queue = await broker.createQueue("orders");
    await queue.send("text");
    const [message] = await queue.receive();
    await message.delete();
    await broker.close();
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify({
      loaded: loaded.filter((path) => path.includes("opentelemetry")),
      registered: Symbol.for("opentelemetry.js.api.1") in globalThis,
      attributes: Object.keys(message.messageAttributes),
    }));`;
  const args = ["--input-type=module", "--eval", program];
  const said = execFileSync(process.execPath, args, { encoding: "utf8" });
  expect(JSON.parse(said)).toEqual({ loaded: [], registered: false, attributes: [] });
});

test("it is found while it is registered, by whatever copy of the package", () => {
  expect(findTelemetry()?.hasTracer ?? false).toBe(false);
  const otel = register();
  try {
    const name = Symbol.for("opentelemetry.js.api.1");
    const shared = (globalThis as unknown as Record<symbol, { version: string }>)[name];
    if (shared === undefined) throw new Error("the API shares nothing");
    // As a copy of that version leaves it: one newer than that finds nothing there.
    const { version } = shared;
    shared.version = "1.0.0";
    expect(findTracing()?.hasTracer).toBe(true);
    shared.version = version;
    expect(findTracing()).toBe(findTracing());
  } finally {
    otel.stop();
  }
  expect(findTracing()).toBeUndefined();
});
