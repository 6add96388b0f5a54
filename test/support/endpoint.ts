/**
 * An SQS endpoint anywhere, by its URL, and raw HTTP to it: what the server tests speak, so that they
 * see bytes and headers and not what an SDK makes of them.
 */
import { Agent, request } from "node:http";
import { formHeaders, formOf, readXml } from "./query.ts";
import type { Answer, QueryAnswer, WireAnswer } from "./wire.ts";

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

export class Endpoint {
  readonly url: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.url = url;
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

  /** Closes the connections that are kept. */
  disconnect(): void {
    this.#agent.destroy();
  }
}
