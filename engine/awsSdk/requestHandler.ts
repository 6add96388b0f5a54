/**
 * The request handler: takes the HTTP requests of any client of the SDK and answers them as a server
 * before that broker would, by the server's own code (`Answerer`), in this process. Signatures are
 * verified where there are credentials. One may serve several clients; own thread only.
 */

import { Broker } from "../broker/broker.ts";
import { Setting } from "../broker/described/setting.ts";
import { Metrics } from "../metrics/metrics.ts";
import { type Credentials, credentialsOf } from "../server/auth/credentials.ts";
import { readCredentials } from "../server/auth/readCredentials.ts";
import { Answerer } from "../server/http/answerer.ts";
import { bodyBytesMax, bodyTooLarge } from "../server/http/bodyLimit.ts";
import { abortError, type SdkSignal, whenAborted } from "./abort.ts";
import { type Deliverer, Delivery } from "./delivery.ts";
import { bytesOf, headOf, type SmithyRequest, type SmithyResponse } from "./smithy.ts";

/** Who may ask, as an entry of `credentials` in a configuration file; docs/POLICIES.md has its members. */
export interface CredentialSettings {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
  /** Twelve digits. */
  readonly account: string;
  /** Who signs with it: a user, a role (`ROLE:SESSION`), or, with neither, the account itself. */
  readonly user?: string;
  readonly role?: string;
  /** Identity policies: objects, or their JSON. */
  readonly policies?: readonly unknown[];
}

export interface RequestHandlerOptions {
  /** Who may ask; signatures are verified then. Default: everybody may everything, and nothing is. */
  readonly credentials?: readonly CredentialSettings[];
  /** True: the broker's queues are measured from now on, and CloudWatch's client is answered. Default false. */
  readonly metrics?: boolean;
  /**
   * Told of errors that are Sluice's fault, of which the client gets InternalFailure. Default: a warning
   * of the process.
   */
  readonly onFault?: (error: unknown) => void;
}

/** What a client of the SDK takes as its `requestHandler`. */
export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  /** Rejects with AbortError when `abortSignal` is given before the answer is there; what its action took goes back. */
  handle(
    request: SmithyRequest,
    options?: { readonly abortSignal?: SdkSignal },
  ): Promise<{ response: SmithyResponse }>;
  /** What waits is aborted, as by `client.destroy()`; what comes after is answered again. */
  destroy(): void;
  /** Kept and shown; nothing of it means anything here. */
  updateHttpClientConfig(key: never, value: unknown): void;
  httpHandlerConfigs(): Record<string, unknown>;
}

/** Where a request was sent whose Host says nothing. */
const url = "http://localhost";
/** No browser is in this process, and a client may call the broker by any name. */
const anybody = ["*"];

/**
 * A request handler before `broker`: `new SQSClient({ requestHandler: requestHandler(broker), … })`. Throws
 * TypeError for what is no broker of this thread, and SettingError for credentials that are not right.
 */
export function requestHandler(
  broker: Broker,
  options: RequestHandlerOptions = {},
): RequestHandler {
  if (!(broker instanceof Broker))
    throw new TypeError("requestHandler(broker): a Broker of sluice's.");
  return new LocalHandler(broker, options);
}

class LocalHandler extends Answerer implements RequestHandler, Deliverer {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #config: Record<string, unknown> = {};
  readonly #inHand = new Set<Delivery>();

  constructor(
    broker: Broker,
    { credentials, metrics = false, onFault = warn }: RequestHandlerOptions,
  ) {
    super({
      broker,
      metrics: metrics ? measured(broker, onFault) : undefined,
      credentials: credentials && credentialsIn(credentials),
      allowOrigins: anybody,
      allowHosts: anybody,
      onFault,
    });
  }

  get url(): string {
    return url;
  }

  async handle(
    request: SmithyRequest,
    { abortSignal }: { readonly abortSignal?: SdkSignal } = {},
  ): Promise<{ response: SmithyResponse }> {
    if (abortSignal?.aborted) throw abortError(abortSignal.reason);
    const delivery = new Delivery(this, headOf(request));
    this.#inHand.add(delivery);
    const release = whenAborted(abortSignal, () => delivery.cut(abortError(abortSignal?.reason)));
    try {
      const body = bytesOf(request.body);
      if (Buffer.isBuffer(body)) this.#take(delivery, body);
      else body.then((bytes) => this.#take(delivery, bytes)).catch((error) => delivery.cut(error));
      return { response: await delivery.response };
    } finally {
      release();
      this.#inHand.delete(delivery);
    }
  }

  destroy(): void {
    const error = abortError("The request handler was destroyed.");
    for (const delivery of this.#inHand) delivery.cut(error);
  }

  updateHttpClientConfig(key: string, value: unknown): void {
    this.#config[key] = value;
  }

  httpHandlerConfigs(): Record<string, unknown> {
    return this.#config;
  }

  #take(delivery: Delivery, body: Buffer): void {
    if (delivery.isEnded) return;
    if (body.length <= bodyBytesMax) this.answer(delivery, body);
    else delivery.send(this.refusal(delivery, bodyTooLarge()));
  }
}

function measured(broker: Broker, onFault: (error: unknown) => void): Metrics {
  const metrics = new Metrics(broker, { onFault });
  metrics.start();
  return metrics;
}

/** The SDK marks the objects of credentials that it is given; whoever makes others of them has the mark, too. */
const sdkMark = "$source";

function credentialsIn(list: readonly CredentialSettings[]): Credentials {
  const unmarked = list.map((one) => {
    return Object.fromEntries(Object.entries(one).filter(([name]) => name !== sdkMark));
  });
  const read = readCredentials(Setting.of(unmarked, "credentials"), (_setting, work) => work());
  return credentialsOf(read);
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
