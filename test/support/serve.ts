/**
 * A real `sluice serve` in a child process, and raw HTTP to it: what the server tests speak, so
 * that they see bytes and headers and not what an SDK makes of them. Needs a build (dist/).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll } from "vitest";
import { formHeaders, formOf, readXml } from "./query.ts";
import type { Answer, QueryAnswer, WireAnswer } from "./wire.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
const startMs = 20_000;

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** A running child; `url` is what it printed. */
export class Serve {
  readonly child: ChildProcess;
  readonly url: string;
  readonly #stderr: () => string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(child: ChildProcess, url: string, stderr: () => string) {
    this.child = child;
    this.url = url;
    this.#stderr = stderr;
  }

  /** Resolves when the child has said where it listens; rejects with what it said instead. */
  static start(options: readonly string[] = []): Promise<Serve> {
    const child = spawn(process.execPath, [main, "serve", "--port", "0", ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}\n${stdout}${stderr}`));
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        fail("sluice serve did not say where it listens");
      }, startMs);
      child.once("exit", (code) => fail(`sluice serve ended with ${code}`));
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        const url = /^sluice is listening on (\S+)$/m.exec(stdout)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(new Serve(child, url, () => stderr));
      });
    });
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get stderr(): string {
    return this.#stderr();
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Any HTTP request. */
  send(raw: RawRequest): Promise<Answer> {
    const { method = "POST", path = "/", headers = {}, body, signal } = raw;
    return new Promise((resolve, reject) => {
      const options = {
        method,
        headers,
        agent: this.#agent,
        ...(signal !== undefined && { signal }),
      };
      const outgoing = request(`${this.url}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const json = text.startsWith("{") ? (JSON.parse(text) as WireAnswer) : {};
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      });
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  }

  /** An action in AWS JSON 1.0; `headers` are added. */
  call(action: string, input: object, headers: Readonly<Record<string, string>> = {}) {
    return this.send({
      headers: {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": `AmazonSQS.${action}`,
        ...headers,
      },
      body: JSON.stringify(input),
    });
  }

  /** An action in the query protocol, by POST; `path` may be a queue's. */
  async query(action: string, input: object, path = "/"): Promise<Answer & { xml: QueryAnswer }> {
    const answer = await this.send({ path, headers: formHeaders, body: formOf(action, input) });
    return { ...answer, xml: readXml(action, answer.text) };
  }

  /** As `call`, for what must succeed: its JSON. */
  async ok(action: string, input: object): Promise<WireAnswer> {
    const answer = await this.call(action, input);
    if (answer.status === 200) return answer.json;
    throw new Error(`${action} answered ${answer.status}: ${answer.text}`);
  }

  /** A new queue's URL. */
  async createQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
    const { QueueUrl } = await this.ok("CreateQueue", { QueueName: name, Attributes: attributes });
    if (QueueUrl === undefined) throw new Error("CreateQueue answered no QueueUrl");
    return QueueUrl;
  }

  /** Sends the signal and resolves with the exit code, null when a signal ended the child. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.#agent.destroy();
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
