/**
 * Load over loopback: connections that are kept, one request at a time on each (no pipelining). Runs
 * in a process of its own, which no server shares. It writes requests made beforehand to plain
 * sockets and looks at an answer only as far as to find its end, so that it asks faster than any
 * server of node:http answers; suites/server.ts shows that in the same run.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const HEAD_END = "\r\n\r\n";
const LENGTH = "Content-Length: ";

/** A request as it goes over the wire. */
export function requestOf(host: string, action: string, input: object): Buffer {
  const body = JSON.stringify(input);
  // The head of an SDK's request.
  const head = [
    "POST / HTTP/1.1",
    `Host: ${host}`,
    "Content-Type: application/x-amz-json-1.0",
    `X-Amz-Target: AmazonSQS.${action}`,
    "x-amzn-query-mode: true",
    "X-Amz-Date: 20261122T060000Z",
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/sqs/aws4_request, " +
      "SignedHeaders=content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode, " +
      `Signature=${"0123456789abcdef".repeat(4)}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}${HEAD_END}${body}`);
}

/** Requests of one run, and the answers to them in the same order. */
interface Run {
  readonly requests: readonly Buffer[];
  readonly answers: string[];
  next: number;
  left: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

class Connection {
  readonly #socket: Socket;
  #run: Run | undefined;
  #index = 0;
  #text = "";

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("utf8");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#run?.failed(error));
    socket.on("close", () => this.#run?.failed(new Error("the server closed a connection")));
  }

  /** Takes part in the run until no request is left. */
  work(run: Run): void {
    this.#run = run;
    this.#ask(run);
  }

  close(): void {
    this.#run = undefined;
    this.#socket.destroy();
  }

  #ask(run: Run): void {
    const request = run.requests[run.next];
    if (request === undefined) return;
    this.#index = run.next++;
    this.#socket.write(request);
  }

  #take(text: string): void {
    this.#text = this.#text === "" ? text : this.#text + text;
    const run = this.#run;
    if (run === undefined || !isWhole(this.#text)) return;
    run.answers[this.#index] = this.#text;
    this.#text = "";
    run.left--;
    if (run.left === 0) run.done();
    else this.#ask(run);
  }
}

/** True when head and body are there. Answers are ASCII, so that characters are bytes. */
function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf(HEAD_END);
  const at = answer.indexOf(LENGTH);
  if (headEnd < 0 || at < 0) return false;
  const bodyBytes = Number.parseInt(answer.slice(at + LENGTH.length, headEnd), 10);
  return answer.length >= headEnd + HEAD_END.length + bodyBytes;
}

/** Some connections to one server. */
export class Load {
  readonly #connections: readonly Connection[];

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections;
  }

  static async open(port: number, count: number): Promise<Load> {
    const opened = Array.from({ length: count }, async () => {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      return new Connection(socket);
    });
    return new Load(await Promise.all(opened));
  }

  /** The answers, head and body, in the order of the requests, of which there are some. */
  run(requests: readonly Buffer[]): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const answers: string[] = Array(requests.length);
      const done = (): void => resolve(answers);
      const run: Run = {
        requests,
        answers,
        next: 0,
        left: requests.length,
        done,
        failed: reject,
      };
      for (const connection of this.#connections) connection.work(run);
    });
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}
