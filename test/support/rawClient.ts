/**
 * One connection to a server, byte by byte: for requests that an HTTP client would not send, and for
 * what it would not tell.
 */
import { connect, type Socket } from "node:net";

export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #text = "";
  #told: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString("latin1");
      this.#told?.();
    });
  }

  static connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new RawClient(socket)));
      socket.once("error", reject);
    });
  }

  /** All that has come. */
  get text(): string {
    return this.#text;
  }

  /** The answers that have come whole, without their heads, in their order. */
  get answers(): { status: number; head: string; body: string }[] {
    const answers = [];
    let rest = this.#text;
    for (;;) {
      const [, head, status, length] =
        /^(HTTP\/1\.1 (\d+).*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n)/is.exec(rest) ?? [];
      const end = (head?.length ?? 0) + Number(length);
      if (head === undefined || rest.length < end) return answers;
      answers.push({ status: Number(status), head, body: rest.slice(head.length, end) });
      rest = rest.slice(end);
    }
  }

  /** Resolves when so many answers have come. */
  async answered(count: number): Promise<void> {
    while (this.answers.length < count) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  send(...texts: readonly string[]): void {
    this.socket.write(texts.join(""));
  }

  /** Closes both ways; resolves when the server has done so, too. */
  end(): Promise<void> {
    this.socket.end();
    return this.closed;
  }
}

/** The bytes of an action in AWS JSON 1.0. */
export function jsonBytes(action: string, input: object, headers = "Host: localhost\r\n"): string {
  const body = JSON.stringify(input);
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `POST / HTTP/1.1\r\n${headers}X-Amz-Target: AmazonSQS.${action}\r\n${length}\r\n${body}`;
}
