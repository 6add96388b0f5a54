/**
 * A server under load: how many calls a second it answers, of each action. Each message that a slice
 * sends is received in the next slice and deleted in the one after, and all of them are counted.
 */
import { readFileSync } from "node:fs";
import { Load, requestOf } from "./load.ts";

export const ACTIONS = ["SendMessage", "ReceiveMessage", "DeleteMessage"] as const;
export type Action = (typeof ACTIONS)[number];

/** The answer to an action, as the bare servers give it. Keyed by X-Amz-Target. */
export type Recorded = Readonly<
  Record<string, { readonly headers: Record<string, string>; body: string; whole: string }>
>;

export interface Call {
  readonly action: string;
  readonly input: object;
}

const SLICE_MESSAGES = 2_000;
const SLICE_CALLS_MAX = 600;
const BODY = "message ".padEnd(64, "abcdefghijklmnopqrstuvwxyz");

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}

export function handlesOf(answer: string): string[] {
  return [...answer.matchAll(/"ReceiptHandle":"([^"]+)"/g)].map(([, handle]) => handle as string);
}

/** Microseconds of processor time that a process has had; NaN where there is no /proc. */
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

/** The call of an action, single or of ten. */
export function callOf(action: Action, batch: number, QueueUrl: string, handles: string[]): Call {
  const ids = Array.from({ length: batch }, (_, index) => String(index));
  if (action === "ReceiveMessage") {
    return { action, input: { QueueUrl, MaxNumberOfMessages: batch } };
  }
  if (batch === 1) {
    const [ReceiptHandle] = handles;
    const input = action === "SendMessage" ? { MessageBody: BODY } : { ReceiptHandle };
    return { action, input: { QueueUrl, ...input } };
  }
  const Entries = ids.map((Id, index) =>
    action === "SendMessage" ? { Id, MessageBody: BODY } : { Id, ReceiptHandle: handles[index] },
  );
  return { action: `${action}Batch`, input: { QueueUrl, Entries } };
}

export class Target {
  readonly name: string;
  readonly #load: Load;
  readonly #host: string;
  readonly #pid: number;
  readonly #batch: number;
  readonly #calls: number;
  readonly #rates = new Map<Action, number[]>();
  readonly #cpuMicros = new Map<Action, number>();
  #queueUrl = "";
  #handles: string[] = [];

  private constructor(name: string, load: Load, port: number, pid: number, batch: number) {
    this.name = name;
    this.#load = load;
    this.#host = `127.0.0.1:${port}`;
    this.#pid = pid;
    this.#batch = batch;
    this.#calls = Math.min(SLICE_CALLS_MAX, SLICE_MESSAGES / batch);
    this.forget();
  }

  static async connect(
    name: string,
    where: { readonly port: number; readonly pid: number },
    { connections, batch }: { readonly connections: number; readonly batch: number },
  ): Promise<Target> {
    const load = await Load.open(where.port, connections);
    return new Target(name, load, where.port, where.pid, batch);
  }

  /** One request: its answer. */
  async ask({ action, input }: Call): Promise<string> {
    const [answer = ""] = await this.#load.run([requestOf(this.#host, action, input)]);
    if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(`${action} answered ${answer}`);
    return answer;
  }

  async createQueue(name: string): Promise<string> {
    const answer = await this.ask({ action: "CreateQueue", input: { QueueName: name } });
    return String(JSON.parse(bodyOf(answer)).QueueUrl);
  }

  useQueue(url: string): void {
    this.#queueUrl = url;
  }

  async slice(action: Action): Promise<void> {
    const requests = this.#requests(action);
    const cpuBefore = cpuMicrosOf(this.#pid);
    const startedMs = performance.now();
    const answers = await this.#load.run(requests);
    const seconds = (performance.now() - startedMs) / 1e3;
    const cpu = cpuMicrosOf(this.#pid) - cpuBefore;
    this.#cpuMicros.set(action, (this.#cpuMicros.get(action) ?? 0) + cpu);
    this.#rates.get(action)?.push(requests.length / seconds);
    const failed = answers.find((answer) => !answer.startsWith("HTTP/1.1 200 "));
    if (failed !== undefined) throw new Error(`${this.name}: ${action} answered ${failed}`);
    if (action === "ReceiveMessage") this.#take(answers);
  }

  /** Forgets the slices so far: they warmed up. */
  forget(): void {
    for (const action of ACTIONS) {
      this.#rates.set(action, []);
      this.#cpuMicros.set(action, 0);
    }
  }

  ratesOf(action: Action): readonly number[] {
    return this.#rates.get(action) ?? [];
  }

  cpuNsPerMessage(action: Action): number {
    const calls = this.ratesOf(action).length * this.#calls;
    return ((this.#cpuMicros.get(action) ?? 0) * 1e3) / (calls * this.#batch);
  }

  close(): void {
    this.#load.close();
  }

  #take(answers: readonly string[]): void {
    this.#handles = answers.flatMap(handlesOf);
    const expected = this.#calls * this.#batch;
    const found = new Set(this.#handles).size;
    // A bare server says the same each time.
    const isSame = found === this.#batch && this.#handles.length === expected;
    if (found !== expected && !isSame) {
      throw new Error(`${this.name}: of ${expected} messages ${found} were received`);
    }
  }

  #requests(action: Action): Buffer[] {
    return Array.from({ length: this.#calls }, (_, index) => {
      const from = index * this.#batch;
      const handles = this.#handles.slice(from, from + this.#batch);
      const call = callOf(action, this.#batch, this.#queueUrl, handles);
      return requestOf(this.#host, call.action, call.input);
    });
  }
}

/** Headers that node:http adds by itself. */
const nodesOwn = new Set(["Date", "Connection", "Keep-Alive"]);

/** What the server answers to each action, for the bare ones to repeat. */
export async function record(sluice: Target, queueUrl: string, batch: number): Promise<Recorded> {
  const recorded: Record<string, Recorded[string]> = {};
  let handles: string[] = [];
  for (const action of ACTIONS) {
    const call = callOf(action, batch, queueUrl, handles);
    const whole = await sluice.ask(call);
    if (action === "ReceiveMessage") handles = handlesOf(whole);
    const [, ...head] = whole.slice(0, whole.indexOf("\r\n\r\n")).split("\r\n");
    const lines = head.map((line) => line.split(": ", 2) as [string, string]);
    const headers = Object.fromEntries(lines.filter(([name]) => !nodesOwn.has(name)));
    recorded[`AmazonSQS.${call.action}`] = { headers, body: bodyOf(whole), whole };
  }
  return recorded;
}
