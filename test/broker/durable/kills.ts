/**
 * kill -9 of a process that uses a kept broker, again and again, by a recorder outside of it: it reads what the
 * process was told (acknowledgements, receives), kills it in the middle, and then asks the directory. What was
 * acknowledged is there; what was deleted is not; nothing is there that was never sent; FIFO order holds.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Broker } from "../../../engine/broker/broker.ts";
import type { Queue } from "../../../engine/types.ts";
import type { Seeded } from "../../support/seeded.ts";
import { keyOf, SMALL } from "./kept.ts";

const CHILD = fileURLToPath(
  new URL("../../../dist/test/broker/durable/killChild.js", import.meta.url),
);

/** What is known of a queue's messages, by their bodies. */
interface Known {
  readonly begun: Set<string>;
  readonly sent: Set<string>;
  /** Of these a delete was begun, of those one was acknowledged. */
  readonly deleting: Set<string>;
  readonly deleted: Set<string>;
}

export interface Outcome {
  readonly acknowledged: number;
  readonly restartMs: number;
}

/** The recorder of one directory, over any number of deaths. */
export class Recorder {
  readonly #directory: string;
  readonly #random: Seeded;
  readonly #known = new Map<string, Known>();

  constructor(directory: string, random: Seeded) {
    this.#directory = directory;
    this.#random = random;
  }

  /** Starts the process, kills it after so many lines, looks at what is left. Throws for what is lost. */
  async round(): Promise<Outcome> {
    const acknowledged = await this.#killed(this.#random.between(20, 300));
    const fromMs = performance.now();
    const broker = await Broker.open({ ...SMALL, directory: this.#directory });
    const restartMs = performance.now() - fromMs;
    try {
      for (const name of ["jobs", "jobs.fifo"]) {
        const queue = broker.findQueue(name);
        if (queue !== undefined) await this.#check(queue);
        else if (this.#of(name).sent.size > 0) throw new Error(`${name} is gone`);
      }
    } finally {
      await broker.close();
    }
    return { acknowledged, restartMs };
  }

  async #killed(lines: number): Promise<number> {
    const seed = String(this.#random.between(1, 2 ** 31));
    const child = spawn(process.execPath, [CHILD, this.#directory, seed], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const over = once(child, "exit");
    let left = lines;
    let acknowledged = 0;
    // What was printed before the death is read to its end.
    for await (const line of createInterface({ input: child.stdout })) {
      if (this.#note(line)) acknowledged += 1;
      left -= 1;
      if (left === 0) child.kill("SIGKILL");
    }
    const [, signal] = await over;
    if (signal !== "SIGKILL") throw new Error("the process ended by itself");
    return acknowledged;
  }

  /** A line is `word queue body`; whether it is an acknowledgement. */
  #note(line: string): boolean {
    const [word = "", name = "", body = ""] = line.split(" ");
    const known = this.#of(name);
    if (word === "begin") known.begun.add(body);
    else if (word === "sent") known.sent.add(body);
    else if (word === "deleting") known.deleting.add(body);
    else if (word === "deleted") known.deleted.add(body);
    else throw new Error(`The process says ${line}.`);
    return word === "sent" || word === "deleted";
  }

  #of(name: string): Known {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const fresh: Known = {
      ...{ begun: new Set<string>(), sent: new Set<string>() },
      ...{ deleting: new Set<string>(), deleted: new Set<string>() },
    };
    this.#known.set(name, fresh);
    return fresh;
  }

  async #check(queue: Queue): Promise<void> {
    const { begun, sent, deleting, deleted } = this.#of(queue.name);
    const there = await bodiesOf(queue);
    const bodies = new Set(there);
    if (bodies.size !== there.length) throw new Error(`${queue.name} has a message twice`);
    for (const body of bodies) {
      if (!begun.has(body)) throw new Error(`${queue.name} has ${body}, which nobody sent`);
      if (deleted.has(body))
        throw new Error(`${queue.name} has ${body}, whose delete was acknowledged`);
    }
    for (const body of sent) {
      if (!bodies.has(body) && !deleting.has(body)) {
        throw new Error(`${queue.name} lost ${body}, which was acknowledged`);
      }
    }
    if (queue.isFifo) checkOrder(there);
    // What was under way is settled now, one way or the other.
    begun.clear();
    sent.clear();
    deleting.clear();
    deleted.clear();
    for (const body of bodies) for (const set of [begun, sent]) set.add(body);
  }
}

/** Of bodies the keys, `group:number`; numbers of a group rise in the order of their sends. */
function checkOrder(bodies: readonly string[]): void {
  const last = new Map<string, number>();
  for (const body of bodies) {
    const [group = "", rest = ""] = body.split(":");
    const number = Number.parseInt(rest, 10);
    if (number <= (last.get(group) ?? -1))
      throw new Error(`group ${group}: ${number} out of order`);
    last.set(group, number);
  }
}

/** All that is in the queue, in the order of its messages. */
async function bodiesOf(queue: Queue): Promise<string[]> {
  const bodies: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await queue.peek({ limit: 100, ...(after !== undefined && { after }) });
    bodies.push(...page.messages.map(({ body }) => keyOf(body)));
    if (page.next === undefined) return bodies;
    after = page.next;
  }
}
