/**
 * What a consumer's threads print. In the thread it is caught and sent to the opener, whole lines
 * where there are any, since a thread that blocks could not print by itself; in the opener each line
 * gets queue and thread in front, or goes to the caller's streams.
 */
import type { Writable } from "node:stream";
import type { Settings } from "./options.ts";
import type { Report } from "./words.ts";

type Printed = Extract<Report, { kind: "printed" }>;

/** From now on what this thread prints is told. Runs in the consumer's thread. */
export function catchOutput(tell: (report: Printed) => void): void {
  for (const stream of ["stdout", "stderr"] as const) {
    const caught = (chunk: unknown, encoding: unknown, done: unknown): boolean => {
      const text =
        typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString("utf8");
      tell({ kind: "printed", stream, text });
      const callback = typeof encoding === "function" ? encoding : done;
      if (typeof callback === "function") process.nextTick(callback as () => void);
      return true;
    };
    process[stream].write = caught as typeof process.stdout.write;
  }
}

/** Where one thread's output goes. Runs in the opener's thread. */
export class Output {
  readonly #label: string;
  readonly #streams: { readonly stdout: Writable; readonly stderr: Writable };
  readonly #rest = { stdout: "", stderr: "" };

  constructor(output: Settings["output"], label: string) {
    this.#label = output === "labelled" ? `[${label}] ` : "";
    this.#streams = typeof output === "object" ? output : process;
  }

  print({ stream, text }: Printed): void {
    const lines = `${this.#rest[stream]}${text}`.split("\n");
    this.#rest[stream] = lines.pop() ?? "";
    for (const line of lines) this.#write(stream, `${line}\n`);
  }

  /** The thread has ended: what it printed without an end of line goes out. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#rest[stream] !== "") this.#write(stream, `${this.#rest[stream]}\n`);
      this.#rest[stream] = "";
    }
  }

  #write(stream: "stdout" | "stderr", line: string): void {
    this.#streams[stream].write(`${this.#label}${line}`);
  }
}
