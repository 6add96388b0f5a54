/**
 * Smithy's rpc-v2-cbor, which newer clients of CloudWatch speak: service and action in the path, CBOR
 * both ways. An error is told twice, as in JSON. Pure; knows no broker and no socket. Source: Smithy 2.0,
 * "Smithy RPC v2 CBOR protocol".
 */
import { SluiceError } from "../../errors.ts";
import { type Service, serviceByTarget, sqs } from "../service.ts";
import type { Answer } from "../wire/context.ts";
import { checkTypes, type Loose, type Members } from "../wire/schema.ts";
import { readCbor, writeCbor } from "./cborCodec.ts";
import { contentBytesMax } from "./content.ts";
import type { Call, Protocol, Reply } from "./protocol.ts";

const cborType = "application/cbor";
const protocolHeader = "smithy-protocol";
const protocolName = "rpc-v2-cbor";
const pathPattern = /^\/service\/(?:[\w.]+\.)?(\w+)\/operation\/(\w+)\/?(?:\?.*)?$/;

const text = { type: "string" } as const;
const errorMembers = { __type: text, message: text } as const satisfies Members;

/** True for a request that speaks this protocol, whatever it asks for. */
export function isCbor(url: string, protocol: string | undefined): boolean {
  return protocol === protocolName || pathPattern.test(url);
}

export class CborProtocol implements Protocol {
  readonly #service: Service;
  readonly #name: string | undefined;
  readonly #protocol: string | undefined;

  /** `url`: the request's path; `protocol`: its header smithy-protocol. */
  constructor(url: string, protocol: string | undefined) {
    const [, target = "", name] = pathPattern.exec(url) ?? [];
    const service = serviceByTarget.get(target);
    this.#service = service ?? sqs;
    this.#name = service === undefined ? undefined : name;
    this.#protocol = protocol;
  }

  read(body: Buffer): Call {
    // SQS's model has no such protocol, and its own actions have answers that are not CBOR's.
    const name = this.#service === sqs ? undefined : this.#name;
    const how = "the path is /service/GraniteServiceVersion20100801/operation/<Action>";
    const action = this.#service.find(name, how);
    if (this.#protocol !== protocolName) {
      const sentence = `The header ${protocolHeader} must be ${protocolName}.`;
      throw new SluiceError("MalformedInput", sentence);
    }
    if (body.length > contentBytesMax) {
      const sentence = `A request of CBOR may have ${contentBytesMax} bytes.`;
      throw new SluiceError("RequestEntityTooLarge", sentence);
    }
    // Who has nothing to say may send nothing.
    const value = body.length === 0 ? {} : readCbor(body);
    const input = checkTypes(action.members, value);
    return { name: name ?? "", service: this.#service, action, input };
  }

  answer({ action }: Call, answer: Answer): Reply {
    return reply(200, writeCbor(action.result ?? {}, (answer ?? {}) as Loose));
  }

  error(error: SluiceError): Reply {
    const { namespace, shape, queryCode, status, sender } = this.#service.shapeOf(error.code);
    const body = { __type: `${namespace}#${shape}`, message: error.message };
    return reply(status, writeCbor(errorMembers, body), {
      "x-amzn-query-error": `${queryCode};${sender ? "Sender" : "Receiver"}`,
    });
  }
}

function reply(status: number, body: Buffer, headers: Record<string, string> = {}): Reply {
  return {
    status,
    body,
    contentType: cborType,
    headers: { ...headers, [protocolHeader]: protocolName },
  };
}
