/**
 * The ways that a conformance test's calls go: raw HTTP in both protocols, over a socket or by the request
 * handler for AWS's SDK; and AWS's own client, by that handler and by the plugin. Each answers in the same
 * terms. Own thread only.
 */
import { SQSClient, type SQSClientConfig, SQSServiceException } from "@aws-sdk/client-sqs";
import { plugin, requestHandler } from "../../engine/awsSdk/index.ts";
import type { Broker } from "../../engine/broker/broker.ts";
import { Endpoint, type RawRequest } from "../support/endpoint.ts";
import { commandOf } from "../support/sdkClients.ts";
import type { Answer, WireAnswer } from "../support/wire.ts";

export type Protocol = "json" | "query";

/** What came of a call, in the terms that all ways share. */
export interface Outcome {
  readonly status: number;
  /** The code that boto3, the AWS CLI and Go see; undefined for a success. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly result: WireAnswer;
  /** The answer as it came; undefined where AWS's client has read it. */
  readonly answer: Answer | undefined;
}

export interface Way {
  readonly protocol: Protocol;
  /** Takes raw HTTP. */
  readonly endpoint: Endpoint;
  /** False where no call is ever made of bytes. */
  readonly hasBytes: boolean;
  call(action: string, input: object): Promise<Outcome>;
  close(): void;
}

/** Why a test of bytes is skipped where there are none. */
export const noBytes = "it is about bytes of HTTP, and the plugin has none";

/** Emulators take the region from here; AWS itself would want a signature. */
const authorization =
  "AWS4-HMAC-SHA256 Credential=conformance/20261122/us-east-1/sqs/aws4_request, " +
  "SignedHeaders=host, Signature=00";

/** Over a socket. */
export class HttpEndpoint extends Endpoint {
  override send(raw: RawRequest): Promise<Answer> {
    return super.send({ ...raw, headers: { Authorization: authorization, ...raw.headers } });
  }
}

/** The same requests without a socket. */
class HandlerEndpoint extends Endpoint {
  readonly #handler: ReturnType<typeof requestHandler>;

  constructor(url: string, handler: ReturnType<typeof requestHandler>) {
    super(url);
    this.#handler = handler;
  }

  override async send(raw: RawRequest): Promise<Answer> {
    const { method = "POST", path = "/", headers = {}, body, signal } = raw;
    const { hostname, port } = new URL(this.url);
    const { response } = await this.#handler.handle(
      { method, protocol: "http:", hostname, port: Number(port), path, headers, body },
      signal && { abortSignal: signal },
    );
    const chunks: Buffer[] = [];
    for await (const chunk of response.body as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const json = text.startsWith("{") ? (JSON.parse(text) as WireAnswer) : {};
    return { status: response.statusCode, headers: response.headers, text, json };
  }
}

/** Where there are no bytes: a test that has some anyway fails. */
class NoEndpoint extends Endpoint {
  override send(): Promise<Answer> {
    return Promise.reject(new Error(noBytes));
  }
}

/** Raw HTTP, whatever carries it. */
export class RawWay implements Way {
  readonly protocol: Protocol;
  readonly endpoint: Endpoint;
  readonly hasBytes = true;

  constructor(protocol: Protocol, endpoint: Endpoint) {
    this.protocol = protocol;
    this.endpoint = endpoint;
  }

  async call(action: string, input: object): Promise<Outcome> {
    if (this.protocol === "query") {
      const answer = await this.endpoint.query(action, input);
      const { code, message, result } = answer.xml;
      return { status: answer.status, code, message, result, answer };
    }
    const answer = await this.endpoint.call(action, input);
    const header = answer.headers["x-amzn-query-error"];
    const code = typeof header === "string" ? header.split(";")[0] : undefined;
    const message = answer.json.message;
    return { status: answer.status, code, message, result: answer.json, answer };
  }

  close(): void {
    this.endpoint.disconnect();
  }
}

/** AWS's own client, which speaks JSON. */
class SdkWay implements Way {
  readonly protocol = "json";
  readonly endpoint: Endpoint;
  readonly hasBytes: boolean;
  readonly #client: SQSClient;

  constructor(client: SQSClient, endpoint: Endpoint, hasBytes: boolean) {
    this.#client = client;
    this.endpoint = endpoint;
    this.hasBytes = hasBytes;
  }

  async call(action: string, input: object): Promise<Outcome> {
    const command = commandOf(action, mapped(input, toBytes) as object);
    // What the client has no command for, no program sends by it.
    if (command === undefined) return new RawWay("json", this.endpoint).call(action, input);
    try {
      const { $metadata, ...output } = await this.#client.send(command);
      const result = mapped(output, toText) as WireAnswer;
      return { status: $metadata.httpStatusCode ?? 0, ...noError, result, answer: undefined };
    } catch (error) {
      if (!(error instanceof SQSServiceException)) throw error;
      const { $metadata, message } = error;
      const { Code: code } = error as { Code?: string };
      const status = $metadata.httpStatusCode ?? 0;
      return { status, code, message, result: {}, answer: undefined };
    }
  }

  close(): void {
    this.#client.destroy();
    this.endpoint.disconnect();
  }
}

const noError = { code: undefined, message: undefined };

/** Every value of a tree, its name with it, as `change` has it. */
function mapped(
  value: unknown,
  change: (value: unknown, name: string) => unknown,
  name = "",
): unknown {
  const changed = change(value, name);
  if (Array.isArray(changed)) return changed.map((element) => mapped(element, change, name));
  if (typeof changed !== "object" || changed === null || changed instanceof Uint8Array) {
    return changed;
  }
  const members = Object.entries(changed);
  return Object.fromEntries(members.map(([key, member]) => [key, mapped(member, change, key)]));
}

/** The client has bytes where the tests have base64. */
function toBytes(value: unknown, name: string): unknown {
  const isBase64 = name === "BinaryValue" && typeof value === "string";
  return isBase64 ? new Uint8Array(Buffer.from(value, "base64")) : value;
}

function toText(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

/** What is looked at is the first answer. */
const once: SQSClientConfig = { maxAttempts: 1 };
const keys: SQSClientConfig = {
  region: "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
};

/** By what titles of tests call them. */
export const waysOver = ["json", "query"] as const;
export const waysInProcess = [
  "query, requestHandler",
  "SDK, requestHandler",
  "SDK, plugin",
] as const;
export type WayName = (typeof waysOver)[number] | (typeof waysInProcess)[number];

/** Raw HTTP to a URL. */
export function openWays(url: string): Map<WayName, Way> {
  const endpoint = new HttpEndpoint(url);
  return new Map(waysOver.map((protocol) => [protocol, new RawWay(protocol, endpoint)]));
}

/** The ways to a broker of this process; `url` is where its server listens. */
export function openWaysInProcess(broker: Broker, url: string): Map<WayName, Way> {
  const handler = requestHandler(broker, { onFault: rethrow });
  const endpoint = new HandlerEndpoint(url, handler);
  const handled = new SQSClient({ ...once, ...keys, endpoint: url, requestHandler: handler });
  const plugged = new SQSClient(once);
  plugged.middlewareStack.use(plugin(broker, { origin: url }));
  return new Map<WayName, Way>([
    ["query, requestHandler", new RawWay("query", endpoint)],
    ["SDK, requestHandler", new SdkWay(handled, endpoint, true)],
    ["SDK, plugin", new SdkWay(plugged, new NoEndpoint(url), false)],
  ]);
}

/** A fault of Sluice's ends the run. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
