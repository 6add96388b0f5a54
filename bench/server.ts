/**
 * Requests a second over loopback: SendMessage, ReceiveMessage and DeleteMessage to a `sluice serve`,
 * and next to it to a bare server of node:http that parses the same JSON and answers the same bytes
 * (bench/bare.ts). Both are child processes; this process asks, over connections that are kept.
 * Slices of all servers are interleaved, and each action's figure is the median of its slices.
 *
 * Plain sockets that only answer show how fast this process can ask: where a server comes near that
 * figure, it is the load that was measured. On Linux the processor time of each process is kept as
 * well, which a busy machine disturbs less than the clock.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Load, requestOf } from "./load.ts";
import { median } from "./slices.ts";

/** The answer to an action, as the bare servers give it. Keyed by X-Amz-Target. */
export type Recorded = Readonly<
  Record<string, { readonly headers: Record<string, string>; body: string; whole: string }>
>;

export interface ServerFigure {
  readonly name: string;
  readonly unit: "requests/s";
  readonly median: number;
  readonly most: number;
  readonly slices: number;
  /** Processor time of the server, user and system; undefined where the machine does not tell. */
  readonly cpuMicrosPerRequest: number | undefined;
}

export const ACTIONS = ["SendMessage", "ReceiveMessage", "DeleteMessage"] as const;
export const SERVERS = ["sluice", "bare", "sockets"] as const;
export type Action = (typeof ACTIONS)[number];
export type ServerName = (typeof SERVERS)[number];

const CONNECTIONS = 16;
const SLICE_REQUESTS = 1_000;
const WARM_UP_ROUNDS = 15;
const BODY = "message ".padEnd(64, "abcdefghijklmnopqrstuvwxyz");

const MAIN = fileURLToPath(new URL("../engine/cli/main.js", import.meta.url));
const BARE = fileURLToPath(new URL("./bare.js", import.meta.url));

/** A server under load, and what its slices gave. */
class Target {
  readonly name: ServerName;
  readonly rates: Record<Action, number[]>;
  readonly #load: Load;
  readonly #host: string;
  readonly #pid: number;
  readonly #cpuMicros: Record<Action, number>;
  #queueUrl = "";
  #handles: string[] = [];

  constructor(name: ServerName, load: Load, port: number, pid: number) {
    this.name = name;
    this.#load = load;
    this.#host = `127.0.0.1:${port}`;
    this.#pid = pid;
    this.rates = { SendMessage: [], ReceiveMessage: [], DeleteMessage: [] };
    this.#cpuMicros = { SendMessage: 0, ReceiveMessage: 0, DeleteMessage: 0 };
  }

  static async connect(name: ServerName, port: number, pid: number): Promise<Target> {
    return new Target(name, await Load.open(port, CONNECTIONS), port, pid);
  }

  /** One request: its answer. */
  async ask(action: string, input: object): Promise<string> {
    const [answer = ""] = await this.#load.run([requestOf(this.#host, action, input)]);
    if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(`${action} answered ${answer}`);
    return answer;
  }

  async createQueue(): Promise<void> {
    const answer = await this.ask("CreateQueue", { QueueName: "bench-server" });
    this.useQueue(JSON.parse(bodyOf(answer)).QueueUrl);
  }

  useQueue(url: string): void {
    this.#queueUrl = url;
  }

  get queueUrl(): string {
    return this.#queueUrl;
  }

  /** Each message sent is received in the next slice, and deleted in the one after. */
  async slice(action: Action): Promise<void> {
    const requests = this.#requests(action);
    const cpuBefore = cpuMicrosOf(this.#pid);
    const startedMs = performance.now();
    const answers = await this.#load.run(requests);
    const seconds = (performance.now() - startedMs) / 1e3;
    this.#cpuMicros[action] += cpuMicrosOf(this.#pid) - cpuBefore;
    this.rates[action].push(requests.length / seconds);
    const failed = answers.find((answer) => !answer.startsWith("HTTP/1.1 200 "));
    if (failed !== undefined) throw new Error(`${this.name}: ${action} answered ${failed}`);
    if (action === "ReceiveMessage") this.#handles = answers.map(handleOf);
  }

  /** Forgets the slices so far: they warmed up. */
  forget(): void {
    for (const action of ACTIONS) {
      this.rates[action].length = 0;
      this.#cpuMicros[action] = 0;
    }
  }

  figures(): ServerFigure[] {
    return ACTIONS.map((action) => {
      const rates = this.rates[action];
      const cpu = this.#cpuMicros[action] / (rates.length * SLICE_REQUESTS);
      return {
        name: nameOf(this.name, action),
        unit: "requests/s",
        median: median(rates),
        most: Math.max(...rates),
        slices: rates.length,
        cpuMicrosPerRequest: Number.isNaN(cpu) ? undefined : cpu,
      };
    });
  }

  close(): void {
    this.#load.close();
  }

  #requests(action: Action): Buffer[] {
    const QueueUrl = this.#queueUrl;
    const fixed = { SendMessage: { QueueUrl, MessageBody: BODY }, ReceiveMessage: { QueueUrl } };
    if (action !== "DeleteMessage") {
      return Array(SLICE_REQUESTS).fill(requestOf(this.#host, action, fixed[action]));
    }
    return this.#handles.map((ReceiptHandle) =>
      requestOf(this.#host, action, { QueueUrl, ReceiptHandle }),
    );
  }
}

export function nameOf(server: ServerName, action: Action): string {
  return `${action}, ${server}`;
}

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}

function handleOf(answer: string): string {
  const handle = /"ReceiptHandle":"([^"]+)"/.exec(answer)?.[1];
  if (handle === undefined) throw new Error(`a message was lost: ${answer}`);
  return handle;
}

/** Microseconds that a process has had; NaN where there is no /proc. */
export function cpuMicrosOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Ticks, of which Linux has 100 a second.
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return Number.NaN;
  }
}

/** A `sluice serve` of its own process. */
export interface Child {
  readonly child: ChildProcess;
  readonly port: number;
  readonly pid: number;
}

export async function startSluice(
  options: readonly string[] = [],
  nodeOptions: readonly string[] = [],
): Promise<Child> {
  const fixed = ["serve", "--port", "0", "--memory", "512MiB"];
  const child: ChildProcess = spawn(
    process.execPath,
    [...nodeOptions, MAIN, ...fixed, ...options],
    {
      // With a channel for what Node's options may load.
      stdio: ["ignore", "pipe", "inherit", ...(nodeOptions.length > 0 ? (["ipc"] as const) : [])],
    },
  );
  if (child.stdout === null) throw new Error("sluice serve has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /listening on .*:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return { child, port: Number(port), pid: child.pid ?? 0 };
  }
  throw new Error("sluice serve did not start");
}

/** Headers that node:http adds by itself. */
const nodesOwn = new Set(["Date", "Connection", "Keep-Alive"]);

/** What the server answers to each action, for the bare ones to repeat. */
async function record(sluice: Target): Promise<Recorded> {
  const { queueUrl: QueueUrl } = sluice;
  const sent = await sluice.ask("SendMessage", { QueueUrl, MessageBody: BODY });
  const received = await sluice.ask("ReceiveMessage", { QueueUrl });
  const handle = { QueueUrl, ReceiptHandle: handleOf(received) };
  const deleted = await sluice.ask("DeleteMessage", handle);
  return Object.fromEntries(
    [sent, received, deleted].map((whole, index) => {
      const [, ...head] = whole.slice(0, whole.indexOf("\r\n\r\n")).split("\r\n");
      const lines = head.map((line) => line.split(": ", 2) as [string, string]);
      const headers = Object.fromEntries(lines.filter(([name]) => !nodesOwn.has(name)));
      return [`AmazonSQS.${ACTIONS[index]}`, { headers, body: bodyOf(whole), whole }];
    }),
  );
}

/** One slice of each action on each server; the server that comes first changes. */
async function runRounds(
  targets: readonly Target[],
  rounds: number,
  told: (round: number) => void,
): Promise<void> {
  const order = [...targets];
  for (let round = 1; round <= rounds; round++) {
    for (const action of ACTIONS) {
      for (const target of order) await target.slice(action);
    }
    order.push(...order.splice(0, 1));
    told(round);
  }
}

/** `told` is called with each round. */
export async function measureServer(
  rounds: number,
  told: (round: number) => void,
): Promise<ServerFigure[]> {
  const { child, port, pid } = await startSluice();
  const bareChild = fork(BARE);
  try {
    const sluice = await Target.connect("sluice", port, pid);
    await sluice.createQueue();
    bareChild.send(await record(sluice));
    const [ports] = (await once(bareChild, "message")) as [{ bare: number; sockets: number }];
    const others = (["bare", "sockets"] as const).map(async (name) => {
      const target = await Target.connect(name, ports[name], bareChild.pid ?? 0);
      target.useQueue(sluice.queueUrl);
      return target;
    });
    const targets = [sluice, ...(await Promise.all(others))];
    await runRounds(targets, WARM_UP_ROUNDS, () => {});
    for (const target of targets) target.forget();
    await runRounds(targets, rounds, told);
    for (const target of targets) target.close();
    return targets.flatMap((target) => target.figures());
  } finally {
    bareChild.kill();
    child.kill();
    await once(child, "exit");
  }
}
