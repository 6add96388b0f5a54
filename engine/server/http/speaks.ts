/** Which protocol a request speaks, by its head alone. Pure. */
import { CborProtocol, isCbor } from "../protocol/cbor.ts";
import { JsonProtocol } from "../protocol/json.ts";
import { isLocalStack, LocalStackProtocol } from "../protocol/localStack.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { QueryProtocol } from "../protocol/query.ts";
import type { RequestHead } from "./inquiry.ts";
import { headerOf } from "./requestContext.ts";

const formType = /^application\/x-www-form-urlencoded/i;

/**
 * CBOR has a path or a header of its own, LocalStack's developer endpoint a path, JSON a target; a form by POST, and any GET, is the query
 * protocol; what tells neither is answered in JSON, which the newer clients read.
 */
export function protocolOf(request: RequestHead): Protocol {
  const { method, url = "/", headers } = request;
  const smithy = headerOf(request, "smithy-protocol");
  if (method === "POST" && isCbor(url, smithy)) return new CborProtocol(url, smithy);
  const target = headerOf(request, "x-amz-target");
  if (isLocalStack(url)) return new LocalStackProtocol({ url, accept: headers.accept, target });
  if (target !== undefined) return new JsonProtocol(target, url);
  const isForm = formType.test(headers["content-type"] ?? "");
  const isQuery = method === "GET" || isForm || /[?&]Action=/.test(url);
  return isQuery
    ? new QueryProtocol({ url, accept: headers.accept })
    : new JsonProtocol(target, url);
}
