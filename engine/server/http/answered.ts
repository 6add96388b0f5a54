/**
 * What may be told of a request that was answered: no body, no header, no text that a client made
 * up, save the name of a queue. Made by the server for whoever keeps a log, on its thread; costs a
 * reading of the clock, and the rest when it is asked for.
 */
import { elapsedMs } from "../../clock.ts";
import type { ErrorCode } from "../../errors.ts";
import { queueNames } from "../../limits.ts";
import { queueNameOf } from "../wire/queueUrl.ts";
import type { Inquiry } from "./inquiry.ts";

export class Answered {
  readonly status: number;
  readonly requestId: string;
  /** From the request's head to its answer, long polls and all. */
  readonly durationMs: number;
  readonly #inquiry: Inquiry;

  constructor(inquiry: Inquiry, status: number, requestId: string) {
    this.#inquiry = inquiry;
    this.status = status;
    this.requestId = requestId;
    this.durationMs = elapsedMs() - inquiry.startedMs;
  }

  /** Undefined where the request could not be read. */
  get action(): string | undefined {
    return this.#inquiry.call?.name;
  }

  /** The name of the queue that was asked for, there or not; undefined for none. */
  get queue(): string | undefined {
    const { QueueUrl: url, QueueName: name } = this.#inquiry.call?.input ?? {};
    const said = typeof url === "string" ? queueNameOf(url) : name;
    return typeof said === "string" && queueNames.pattern.test(said) ? said : undefined;
  }

  /** Undefined for what went well. */
  get errorCode(): ErrorCode | undefined {
    return this.#inquiry.errorCode;
  }
}
