/**
 * What a server answers while its broker is not there yet, because a journal is being read: 503 with
 * Retry-After to everybody, and at /health how far it is. It tells nothing else, so it asks nobody who he
 * is. On the server's thread.
 */

import type { RecoveryProgress } from "../../broker/durable/face.ts";
import { elapsedMs } from "../../clock.ts";
import { SluiceError } from "../../errors.ts";
import type { Reply } from "../protocol/protocol.ts";
import type { Inquiry } from "./inquiry.ts";
import type { Answers } from "./port.ts";
import { protocolOf } from "./speaks.ts";
import { isHealthPath } from "./welcome.ts";

/** What clients are told at the least and at the most, in seconds: SDKs try again by themselves. */
const retryMin = 1;
const retryMax = 60;

export class Starting implements Answers {
  readonly #beganMs = elapsedMs();
  #progress: RecoveryProgress = { readBytes: 0, allBytes: 0, messages: 0 };

  /** The journal was read so far. */
  tell(progress: RecoveryProgress): void {
    this.#progress = progress;
  }

  answer(inquiry: Inquiry): void {
    const { method, url = "/" } = inquiry.request;
    const isHealth = (method === "GET" || method === "HEAD") && isHealthPath(url);
    const error = new SluiceError(
      "ServiceUnavailable",
      `The server reads its journal, and is at ${this.#percent} %; try again in ${this.#retrySeconds} s.`,
    );
    const reply = isHealth ? this.#health() : this.refusal(inquiry, error);
    const headers = { ...reply.headers, "Retry-After": String(this.#retrySeconds) };
    inquiry.send({ ...reply, headers });
  }

  refusal(inquiry: Inquiry, error: SluiceError): Reply {
    inquiry.errorCode = error.code;
    return protocolOf(inquiry.request).error(error);
  }

  pageHeaders(): undefined {
    return undefined;
  }

  answered(): void {}

  #health(): Reply {
    const { readBytes, allBytes, messages } = this.#progress;
    const body = JSON.stringify({ status: "recovering", readBytes, allBytes, messages });
    return { status: 503, body, contentType: "application/json" };
  }

  get #share(): number {
    const { readBytes, allBytes } = this.#progress;
    return allBytes === 0 ? 0 : Math.min(1, readBytes / allBytes);
  }

  get #percent(): number {
    return Math.floor(this.#share * 100);
  }

  /** How long the rest will take, at the pace so far. */
  get #retrySeconds(): number {
    const share = this.#share;
    if (share === 0) return retryMin;
    const leftMs = ((elapsedMs() - this.#beganMs) * (1 - share)) / share;
    return Math.min(retryMax, Math.max(retryMin, Math.ceil(leftMs / 1_000)));
  }
}
