/**
 * A real `sluice serve` in a child process, as the endpoint that a file's tests speak to. Needs a
 * build (dist/).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll } from "vitest";
import { Endpoint } from "./endpoint.ts";
import { patience } from "./patience.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));

/** A running child; `url` is what it printed. */
export class Serve extends Endpoint {
  readonly child: ChildProcess;
  readonly #said: { readonly stdout: string; readonly stderr: string };

  constructor(child: ChildProcess, url: string, said: { stdout: string; stderr: string }) {
    super(url);
    this.child = child;
    this.#said = said;
  }

  /**
   * Resolves when the child has said where it listens; rejects with what it said instead. `onSpawn` is given
   * it before. `filesMax`: how many files it may have open (`ulimit -n`); where there is a shell.
   */
  static start(
    options: readonly string[] = [],
    onSpawn?: (child: ChildProcess) => void,
    filesMax?: number,
  ): Promise<Serve> {
    const words = [process.execPath, main, "serve", "--port", "0", ...options];
    const limited = ["sh", "-c", `ulimit -n ${filesMax} && exec "$@"`, "sh", ...words];
    const [command = "", ...rest] = filesMax === undefined ? words : limited;
    const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
    onSpawn?.(child);
    const said = { stdout: "", stderr: "" };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said.stderr += text;
    });
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}\n${said.stdout}${said.stderr}`));
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        fail("sluice serve did not say where it listens");
      }, patience());
      child.once("exit", (code) => {
        clearTimeout(timer);
        fail(`sluice serve ended with ${code}`);
      });
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said.stdout += text;
        const url = /^sluice is listening on (\S+)$/m.exec(said.stdout)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(new Serve(child, url, said));
      });
    });
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** What it has written to standard output so far. */
  get stdout(): string {
    return this.#said.stdout;
  }

  get stderr(): string {
    return this.#said.stderr;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends the signal and resolves with the exit code, null when a signal ended the child. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.disconnect();
    if (!this.isRunning) return this.child.exitCode;
    const exited = new Promise<number | null>((resolve) => this.child.once("exit", resolve));
    this.child.kill(signal);
    return exited;
  }
}

/**
 * One child for all tests of a file; the returned function gives it to a test. What the child
 * wrote to standard error is shown when a test fails.
 */
export function serveOnce(options: readonly string[] = []): () => Serve {
  let serve: Serve | undefined;
  beforeAll(async () => {
    serve = await Serve.start(options);
  });
  afterEach(({ task }) => {
    if (task.result?.state !== "fail") return;
    process.stderr.write(`sluice serve said:\n${serve?.stderr}\n`);
  });
  afterAll(async () => {
    await serve?.stop("SIGKILL");
  });
  return () => {
    if (serve === undefined) throw new Error("sluice serve has not started");
    return serve;
  };
}
