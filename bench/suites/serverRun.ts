/**
 * Does the work of `server`, in the child process: a `sluice serve`, a bare server of node:http that
 * parses the same JSON and answers the same bytes, and plain sockets that only answer, each in a
 * process that is asked over connections that are kept. Slices of all three alternate. Plain sockets show
 * how fast this process can ask: where a server comes near them, it is the load that was measured.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Case } from "../result/schema.ts";
import type { Pace } from "../run/pace.ts";
import { startSluice } from "../server/sluice.ts";
import { ACTIONS, record, Target } from "../server/target.ts";
import type { Sampled, ServerWork } from "./work.ts";

const BARE = fileURLToPath(new URL("../server/bare.js", import.meta.url));
const BODY_BYTES = 64;
const SLICES_MIN = 5;

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill();
  await ended;
}

/** Slices of all, in turn, for so long; who comes first changes. */
async function slices(targets: readonly Target[], ms: number, least: number): Promise<void> {
  const order = [...targets];
  const untilMs = performance.now() + ms;
  for (let round = 0; round < least || performance.now() < untilMs; round++) {
    for (const action of ACTIONS) for (const target of order) await target.slice(action);
    order.push(...order.splice(0, 1));
  }
}

function rowsOf(target: Target, { connections, batch }: ServerWork): Sampled[] {
  return ACTIONS.map((action) => {
    const samples = target.ratesOf(action);
    const one: Case = {
      type: "standard",
      quotas: "off",
      durability: "memory",
      transport: `http, ${target.name}`,
      batch,
      bodyBytes: BODY_BYTES,
      producers: connections,
      load: action,
    };
    const cpuNsPerMessage = target.cpuNsPerMessage(action);
    return { case: one, unit: "calls/s", samples, max: Math.max(...samples), cpuNsPerMessage };
  });
}

export async function doesServer(work: ServerWork, pace: Pace): Promise<Sampled[]> {
  const sluice = await startSluice();
  const bareChild = fork(BARE);
  try {
    const first = await Target.connect("sluice", sluice, work);
    const url = await first.createQueue("bench");
    first.useQueue(url);
    bareChild.send(await record(first, url, work.batch));
    const [ports] = (await once(bareChild, "message")) as [{ bare: number; sockets: number }];
    const pid = bareChild.pid ?? 0;
    const bare = await Target.connect("node:http alone", { port: ports.bare, pid }, work);
    const sockets = await Target.connect("sockets alone", { port: ports.sockets, pid }, work);
    const targets = [first, bare, sockets];
    for (const target of targets) target.useQueue(url);
    await slices(targets, pace.warmUpMs, 1);
    for (const target of targets) target.forget();
    await slices(targets, pace.windows * pace.windowMs, SLICES_MIN);
    for (const target of targets) target.close();
    return targets.flatMap((target) => rowsOf(target, work));
  } finally {
    await Promise.all([end(sluice.child), end(bareChild)]);
  }
}
