/**
 * The plugin: a middleware at the SDK's first step, `initialize`, which has a broker of this process do
 * what a command of the SQS client asks. Nothing is serialised, signed or sent, and no credentials, region
 * or endpoint are looked up. Inputs are checked by the server's own descriptions and done by its actions,
 * so answers and errors are those of the wire; the SDK's own checks (MD5) and its log see them as ever.
 * Made once for a client, on the thread of its broker.
 *
 * It stands last of its step, within the SDK's checks. What a program adds to later steps is not called.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Broker } from "../broker/broker.ts";
import { SluiceError } from "../errors.ts";
import { requestUuid } from "../random.ts";
import type { Action } from "../server/action.ts";
import { JsonProtocol } from "../server/protocol/json.ts";
import { findAction } from "../server/router.ts";
import type { Answer } from "../server/wire/context.ts";
import { LongAnswer, onlyList } from "../server/wire/longAnswer.ts";
import { checkTypes, type Loose } from "../server/wire/schema.ts";
import { abortError, type SdkSignal } from "./abort.ts";
import { ClientParts } from "./clientParts.ts";
import { LocalContext, LocalHost } from "./localContext.ts";
import type { SdkArgs, SdkContext, SdkNext, SdkResult, SdkStack } from "./sdk.ts";
import { responseOf } from "./smithy.ts";
import { sdkOutput, sdkValue, wireInput } from "./values.ts";

export interface PluginOptions {
  /**
   * What the URLs of queues begin with: a scheme and a host, and nothing behind it. Means nothing where a
   * URL comes in. Default `http://localhost`.
   */
  readonly origin?: string;
}

/** What `client.middlewareStack.use` takes. */
export interface SdkPlugin {
  applyToStack(stack: object): void;
}

const defaultOrigin = "http://localhost";
const originPattern = /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]+$/i;
const clientName = "SQSClient";
const namesNone = "the command has the name of one";

/**
 * The plugin that has `broker` do what commands of an SQSClient ask: `client.middlewareStack.use(plugin(broker))`.
 * Throws TypeError for what is no broker of this thread and for an origin that is none.
 */
export function plugin(broker: Broker, { origin = defaultOrigin }: PluginOptions = {}): SdkPlugin {
  if (!(broker instanceof Broker)) throw new TypeError("plugin(broker): a Broker of sluice's.");
  if (!originPattern.test(origin)) {
    throw new TypeError(`origin is like ${defaultOrigin}, without a path; it is ${origin}.`);
  }
  const host = new LocalHost(broker, origin);
  return {
    applyToStack(stack) {
      const local = new Local(host, new ClientParts(stack as SdkStack));
      (stack as SdkStack).add((_next, context) => local.nextFor(context), {
        name: "sluiceMiddleware",
        step: "initialize",
        priority: "low",
        override: true,
      });
    },
  };
}

/** A client's commands. */
class Local {
  readonly #host: LocalHost;
  readonly #parts: ClientParts;

  constructor(host: LocalHost, parts: ClientParts) {
    this.#host = host;
    this.#parts = parts;
  }

  nextFor(context: SdkContext): SdkNext {
    if (context.clientName !== clientName) return () => Promise.reject(foreign(context));
    const again: SdkNext = async (args) => {
      try {
        return await this.#call(args.input, context);
      } catch (error) {
        throw await this.#exceptionOf(error, args, context);
      }
    };
    return async (args) => {
      try {
        return await this.#call(args.input, context);
      } catch (error) {
        const exception = await this.#exceptionOf(error, args, context);
        // What the broker did not refuse is a fault, or the program's own wish.
        if (exception === error) throw error;
        return this.#parts.retry(exception, again, args, context);
      }
    };
  }

  #exceptionOf(error: unknown, args: SdkArgs, context: SdkContext): unknown {
    if (!(error instanceof SluiceError)) return error;
    return this.#parts.exceptionOf(error, responseOf(json.error(error)), args, context);
  }

  async #call(given: object, { commandName, __smithy_context }: SdkContext): Promise<SdkResult> {
    const signal = __smithy_context?.abortSignal;
    if (signal?.aborted) throw abortError(signal.reason);
    const action = findAction(commandName?.replace(/Command$/, ""), namesNone);
    const input = checkTypes(action.members, wireInput(action.members, given));
    const context = new LocalContext(this.#host, signal);
    try {
      const answer = await action.run(context, input);
      const output = await outputOf(action, answer, signal);
      if (!signal?.aborted) return succeeded(output);
      await context.undo();
      throw abortError(signal.reason);
    } finally {
      context.end();
    }
  }
}

function foreign(context: SdkContext): TypeError {
  return new TypeError(
    `The plugin is for ${clientName}, not for ${context.clientName}; requestHandler is for any client.`,
  );
}

/** Others have their turn while a long answer is made, as on the server. */
async function outputOf(
  { result = {} }: Action,
  answer: Answer,
  signal: SdkSignal | undefined,
): Promise<Record<string, unknown>> {
  if (!(answer instanceof LongAnswer)) return sdkOutput(result, (answer ?? {}) as Loose);
  const { name, list } = onlyList(result);
  const elements: unknown[] = [];
  for (const element of answer.elements) {
    await nextTurn();
    if (signal?.aborted) break;
    elements.push(sdkValue(list.of, element));
  }
  return { [name]: elements };
}

function succeeded(output: Record<string, unknown>): SdkResult {
  const requestId = requestUuid();
  output.$metadata = {
    httpStatusCode: 200,
    requestId,
    extendedRequestId: undefined,
    cfId: undefined,
    attempts: 1,
    totalRetryDelay: 0,
  };
  return { response: { statusCode: 200, headers: { "x-amzn-requestid": requestId } }, output };
}

const json = new JsonProtocol("AmazonSQS.");
