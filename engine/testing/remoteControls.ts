/**
 * The controls of a broker behind a URL, whose server was started with `--testing`. One request a
 * question; it keeps nothing. Where the server has credentials, requests are signed by the account's root.
 */
import { errorCodes, SluiceError } from "../errors.ts";
import type { Controls, Events, MessageQuestion, QueueFacts, QueueKey } from "./controls.ts";
import { PREFIX } from "./routes.ts";
import type { RemoteCredentials } from "./signing.ts";
import type {
  FaultRule,
  FaultState,
  ResetOptions,
  SeenCounts,
  SeenMessage,
  SpyTotals,
} from "./types.ts";

export interface RemoteOptions {
  /** Of the root of the server's account, where it has credentials. */
  readonly credentials?: RemoteCredentials;
  /** Of the server, for signatures. Default "us-east-1". */
  readonly region?: string;
}

type Members = Readonly<Record<string, string | number | boolean | object | undefined>>;

/** As one text, which the other side reads by queueRef.ts. */
function refOf({ name, account }: QueueKey): string {
  return account === undefined ? name : `${account}/${name}`;
}

export class RemoteControls implements Controls {
  readonly #url: string;
  readonly #options: RemoteOptions;

  /** Throws InvalidParameterValue for what is no URL. */
  constructor(url: string | URL, options: RemoteOptions) {
    this.#url = originOf(url);
    this.#options = options;
  }

  async reset({ keepQueues }: ResetOptions): Promise<void> {
    await this.#post("reset", { keepQueues });
  }

  async now(): Promise<number> {
    return (await this.#get<{ nowMs: number }>("time")).nowMs;
  }

  async advance(ms: number): Promise<number> {
    return (await this.#post<{ nowMs: number }>("advance", { ms })).nowMs;
  }

  counts(queue: QueueKey): Promise<SeenCounts> {
    return this.#get("counts", { queue: refOf(queue) });
  }

  async messages(queue: QueueKey, limit: number): Promise<readonly SeenMessage[]> {
    type Answer = { readonly messages: readonly SeenMessage[] };
    return (await this.#get<Answer>("messages", { queue: refOf(queue), limit })).messages;
  }

  describe(queue: QueueKey): Promise<QueueFacts> {
    return this.#get("queue", { queue: refOf(queue) });
  }

  async startSpy(): Promise<void> {
    await this.#post("spy/start");
  }

  async stopSpy(): Promise<void> {
    await this.#post("spy/stop");
  }

  events(after: number): Promise<Events> {
    return this.#get("spy/events", { after });
  }

  totals(queue: QueueKey): Promise<SpyTotals> {
    return this.#get("spy/totals", { queue: refOf(queue) });
  }

  async addFault(rule: FaultRule): Promise<number> {
    return (await this.#post<{ id: number }>("faults", { rule: plain(rule) })).id;
  }

  async faults(): Promise<readonly FaultState[]> {
    return (await this.#get<{ faults: readonly FaultState[] }>("faults")).faults;
  }

  async removeFaults(id?: number): Promise<void> {
    await this.#post("faults/remove", { id });
  }

  async endVisibility({ queue, messageId }: MessageQuestion): Promise<number> {
    const members = { queue: refOf(queue), messageId };
    return (await this.#post<{ count: number }>("end-visibility", members)).count;
  }

  async endRetention(queue: QueueKey): Promise<number> {
    return (await this.#post<{ count: number }>("end-retention", { queue: refOf(queue) })).count;
  }

  async deadLetter({ queue, messageId }: MessageQuestion): Promise<number> {
    const members = { queue: refOf(queue), messageId };
    return (await this.#post<{ count: number }>("dead-letter", members)).count;
  }

  #get<T = object>(path: string, members: Members = {}): Promise<T> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(members)) {
      if (value !== undefined) query.set(name, String(value));
    }
    return this.#ask("GET", query.size === 0 ? path : `${path}?${query}`, "");
  }

  #post<T = object>(path: string, members: Members = {}): Promise<T> {
    return this.#ask("POST", path, JSON.stringify(members));
  }

  async #ask<T>(method: "GET" | "POST", path: string, body: string): Promise<T> {
    const url = this.#url + PREFIX + path;
    const { credentials, region = "us-east-1" } = this.#options;
    const toSign = credentials && { method, url: new URL(url), body, credentials, region };
    const headers = {
      ...(method === "POST" && { "content-type": "application/json" }),
      // Loaded where it is needed: it is the server's code.
      ...(toSign && (await import("./signing.ts")).signedHeaders(toSign)),
    };
    const response = await fetch(url, { method, headers, ...(method === "POST" && { body }) });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    throw this.#refused(response.status, text);
  }

  #refused(status: number, text: string): SluiceError {
    const { code, message } = errorIn(text);
    const known = errorCodes.find((one) => one === code);
    if (known !== undefined) return new SluiceError(known, message);
    if (status === 404) {
      const hint = "was it started with --testing?";
      return new SluiceError(
        "InvalidAction",
        `The server at ${this.#url} has no ${PREFIX}; ${hint}`,
      );
    }
    return new SluiceError("InternalFailure", `The server answered ${status}: ${message || text}`);
  }
}

/** What an answer tells of an error, if it is one of the kit's paths. */
function errorIn(text: string): { code: string; message: string } {
  try {
    const { error } = JSON.parse(text) as { error?: { code: string; message: string } };
    return error ?? { code: "", message: "" };
  } catch {
    return { code: "", message: "" };
  }
}

/** A Queue object in a rule is named. */
function plain(rule: FaultRule): object {
  const { queue } = rule;
  if (typeof queue !== "object" || queue === null) return rule;
  const { name, account } = queue;
  return { ...rule, queue: { name, account } };
}

function originOf(url: string | URL): string {
  const parsed = URL.canParse(String(url)) ? new URL(String(url)) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return parsed.origin;
  const text = `A server is named by its URL, such as "http://127.0.0.1:9324", not "${String(url)}".`;
  throw new SluiceError("InvalidParameterValue", text);
}
