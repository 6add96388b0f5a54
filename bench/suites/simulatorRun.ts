/**
 * Does the work of `simulator`, in the child process: M/M/4 at load 0.9 as a scenario runs, with its
 * statistics on; the same consumers with tens; and the calls of a message by hand, a receive, a delete
 * and a send at each of a list of moments. All in turns, window by window, and by processor time: who
 * else uses the machine slows all of them alike.
 */
import { Broker, MessageBatch } from "../../engine/index.ts";
import { World } from "../../engine/simulator/events/world.ts";
import type { Scenario } from "../../engine/simulator/index.ts";
import { readScenario } from "../../engine/simulator/scenario/read.ts";
import type { Case } from "../result/schema.ts";
import type { Pace } from "../run/pace.ts";
import type { Sampled } from "./work.ts";

const CONSUMERS = 4;
const LOAD = 0.9;
const MEAN_SECONDS = 1;
const VISIBILITY_SECONDS = 43_200;
/** A simulated message is so large in the engine, however large its body is said to be. */
const TOKEN_BYTES = 8;
const BODY_BYTES = 64;
/** Between two looks at the clock. */
const CALLS = 1_000;
const EVENTS = 2_000;
/** So many a scenario may have; no run comes near it. */
const MESSAGES_MAX = 1e12;
const MEMORY_BYTES = 64 * 2 ** 20;

/** What takes turns: it goes on for a moment, and answers how many messages that were. */
interface Contestant {
  readonly case: Case;
  readonly samples: number[];
  run(): number;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

/** Tens are handled together and deleted in one call, and come as fast as four can handle 0.9 of. */
function scenarioOf(batch: number): Scenario {
  const perSecond = (LOAD * CONSUMERS * batch) / MEAN_SECONDS;
  return {
    horizon: { messages: MESSAGES_MAX },
    queues: { work: { VisibilityTimeout: VISIBILITY_SECONDS } },
    producers: {
      web: {
        queue: "work",
        arrivals: { poisson: { perSecond } },
        bodyBytes: BODY_BYTES,
        ...(batch > 1 && { batch }),
      },
    },
    consumers: {
      workers: {
        queue: "work",
        count: CONSUMERS,
        batch,
        service: { exponential: { meanSeconds: MEAN_SECONDS } },
        ...(batch > 1 && { handler: "batch", deleteBatch: true }),
      },
    },
  };
}

async function simulated(batch: number): Promise<Contestant> {
  const world = await World.open(await readScenario(scenarioOf(batch)), 0);
  return {
    case: {
      ...{ type: "standard", quotas: "off", durability: "memory", transport: "simulated" },
      ...{ batch, bodyBytes: BODY_BYTES, consumers: CONSUMERS, load: LOAD * 100 },
    },
    samples: [],
    run() {
      const before = world.sent;
      world.step(EVENTS);
      return world.sent - before;
    },
  };
}

async function byHand(bodyBytes: number): Promise<Contestant> {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs };
  const broker = await Broker.open({ clock, memoryBytes: MEMORY_BYTES });
  const { sync } = await broker.createQueue("bare", { visibilityTimeout: VISIBILITY_SECONDS });
  const batch = new MessageBatch(1);
  const body = "x".repeat(bodyBytes);
  const gapMs = (1_000 * MEAN_SECONDS) / (LOAD * CONSUMERS);
  const times = Float64Array.from({ length: CALLS }, (_, index) => index * gapMs);
  let beganMs = 0;
  sync.send(body);
  return {
    case: {
      ...{ type: "standard", quotas: "off", durability: "memory" },
      ...{ transport: "in-thread sync text", batch: 1, bodyBytes, handler: "none", load: "bare" },
    },
    samples: [],
    run() {
      beganMs += CALLS * gapMs;
      for (let call = 0; call < CALLS; call++) {
        nowMs = beganMs + (times[call] as number);
        if (sync.receive(batch, 1) !== 1) throw new Error("a message was lost");
        sync.delete(batch);
        sync.send(body);
      }
      return CALLS;
    },
  };
}

/** For so long, by processor time; messages a second. */
function runFor(one: Contestant, ms: number): number {
  const beganMs = cpuMs();
  let messages = 0;
  let tookMs = 0;
  while (tookMs < ms) {
    messages += one.run();
    tookMs = cpuMs() - beganMs;
  }
  return (messages * 1e3) / tookMs;
}

export async function doesSimulator(pace: Pace): Promise<Sampled[]> {
  const all = [
    await simulated(1),
    await byHand(BODY_BYTES),
    await byHand(TOKEN_BYTES),
    await simulated(10),
  ];
  for (const one of all) runFor(one, pace.warmUpMs);
  for (let window = 0; window < pace.windows; window++) {
    for (const one of all) one.samples.push(runFor(one, pace.windowMs));
  }
  return all.map(({ case: own, samples }) => ({
    case: own,
    unit: "messages/s",
    samples,
    max: Math.max(...samples),
  }));
}
