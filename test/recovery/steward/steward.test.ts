/**
 * The steward while others are in trouble: threads die while the opening thread blocks, the opening
 * thread dies, and the steward itself has errors or ends.
 */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { BrokerHandle } from "../../../engine/types.ts";
import { shareSoon } from "../../broker/threads/start.ts";
import { expectWithin } from "../../support/timing.ts";
import { nowMs, sleep } from "../waking/wakeRun.ts";
import { checkDeaths, raceDeaths, says, start } from "./stewardRun.ts";

test("what a dead thread held is freed while the opening thread does not come", async () => {
  const deaths = await raceDeaths();
  console.log(deaths.map(({ way, ms, held }) => `${way} ${ms.toFixed(1)} ms (${held})`).join(", "));
  checkDeaths(deaths);
});

describe("when the opening thread dies, calls elsewhere are told OwnerGone", () => {
  test.each([
    ["terminate", [true]],
    ["terminate", [false, true, false]],
    ["exit", [true, false]],
    ["error", [true]],
    ["heap", [true]],
  ])("%s, blocked: %j", async (way, guests) => {
    const owner = start("owner", { guests: guests.length }, []);
    const { handles } = await says<{ handles: BrokerHandle[] }>(owner);
    const workers = guests.map((isBlocked, index) => {
      const handle = handles[index] as BrokerHandle;
      return start("guest", { handle, isBlocked }, [handle]);
    });
    await Promise.all(workers.map((worker) => says(worker)));
    await sleep(100);
    const results = workers.map((worker) => says<{ result: Record<string, unknown> }>(worker));
    const exit = new Promise((resolve) => owner.once("exit", resolve));
    if (way === "terminate") void owner.terminate();
    else owner.postMessage(way);
    await exit;
    const diedAtMs = nowMs();
    for (const { result } of await Promise.all(results)) {
      expect(result).toMatchObject({ code: "OwnerGone", after: "OwnerGone" });
      expectWithin(`${way}: told after`, (result.atMs as number) - diedAtMs, 1_000);
    }
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  test("and not when it only computes", async () => {
    const owner = start("owner", { guests: 1 }, []);
    const { handles } = await says<{ handles: BrokerHandle[] }>(owner);
    const handle = handles[0] as BrokerHandle;
    const guest = start("guest", { handle, isBlocked: true }, [handle]);
    await says(guest);
    owner.postMessage("block");
    const told = says(guest).then(() => "told");
    expect(await Promise.race([told, sleep(1_500).then(() => "not told")])).toBe("not told");
    await owner.terminate();
    expect(await told).toBe("told");
    await guest.terminate();
  });
});

/** A broker with a steward, and that one's thread. */
async function withSteward(): Promise<{ broker: Broker; steward: Worker; attached: Broker }> {
  const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 4 });
  await broker.createQueue("jobs");
  const made = once(process, "worker") as Promise<[Worker]>;
  const handle = broker.share();
  const [steward] = await made;
  return { broker, steward, attached: await Broker.attach(handle) };
}

async function nextWarning(): Promise<Error> {
  const [warning] = (await once(process, "warning")) as [Error];
  return warning;
}

test("a broker that has closed leaves no thread of its own behind", async () => {
  const { broker, steward, attached } = await withSteward();
  await attached.close();
  expect(steward.threadId).toBeGreaterThan(0);
  await broker.close();
  // So Node says of a thread that has ended.
  expect(steward.threadId).toBe(-1);
});

describe("an error in the steward", () => {
  test("is a warning, and it goes on", async () => {
    const { broker, steward } = await withSteward();
    const warned = nextWarning();
    // A thread that there is not.
    const { port1, port2 } = new MessageChannel();
    steward.postMessage({ kind: "join", port: port1, thread: 1_000 }, [port1 as never]);
    port2.close();
    expect(await warned).toMatchObject({
      name: "SluiceWarning",
      message: expect.stringMatching(/goes on\. marking thread 1000 dead/),
    });
    // The last number there is comes back only from a steward that still recovers.
    const { port } = broker.share();
    expect(() => broker.share()).toThrow(expect.objectContaining({ code: "OverLimit" }));
    port.close();
    await (await Broker.attach(await shareSoon(broker))).close();
    await broker.close();
  });

  test("that ends it ends the broker, not the program, and says so", async () => {
    const { broker, steward, attached } = await withSteward();
    const here = await broker.getQueue("jobs");
    const there = await attached.getQueue("jobs");
    const polls = [here, there].map((queue) =>
      queue.receive({ waitTimeSeconds: Number.POSITIVE_INFINITY }).then(
        () => "received",
        ({ code }: { code: string }) => code,
      ),
    );
    const warned = nextWarning();
    await steward.terminate();
    expect((await warned).message).toMatch(/steward is gone, and the broker with it/);
    expect(await Promise.all(polls)).toEqual(["InternalFailure", "OwnerGone"]);
    await expect(here.send("x")).rejects.toMatchObject({ code: "InternalFailure" });
    await expect(there.send("x")).rejects.toMatchObject({ code: "OwnerGone" });
    await attached.close();
    await broker.close();
  });
});
