/**
 * What a protocol is to the server: it reads a request into a call, and writes what came of it.
 * Types only. There are three, AWS JSON 1.0 (json.ts), the older query protocol (query.ts) and, for
 * CloudWatch, rpc-v2-cbor (cbor.ts); one is chosen for each request and made for it.
 */
import type { SluiceError } from "../../errors.ts";
import type { Action } from "../action.ts";
import type { Service } from "../service.ts";
import type { Answer } from "../wire/context.ts";
import type { Loose } from "../wire/schema.ts";

/** What goes back to a client, besides its body and the headers that every answer has. */
interface ReplyHead {
  readonly status: number;
  readonly contentType: string;
  /** As the body has it; where it has none, one is made for the header. */
  readonly requestId?: string;
  /** Headers of this answer alone. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply extends ReplyHead {
  readonly body: string | Buffer;
}

/** The reply to a long answer: its body is made piece by piece. */
export interface LongReply extends ReplyHead {
  readonly pieces: Iterable<string>;
}

/** A request that could be read. */
export interface Call {
  /** The action's, as the request has it. */
  readonly name: string;
  readonly service: Service;
  readonly action: Action;
  readonly input: Loose;
}

export interface Protocol {
  /** Throws a SluiceError for what can't be read, and for an action that nobody has. */
  read(body: Buffer): Call;
  /** A LongReply for a LongAnswer, and only for that. */
  answer(call: Call, answer: Answer): Reply | LongReply;
  error(error: SluiceError): Reply;
}
