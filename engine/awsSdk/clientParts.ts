/**
 * Two middlewares of a client's own that its commands need also here, when they fail: the one that makes
 * exceptions of answers, so that they are the client's classes with all that the SDK puts on them, and the
 * one that tries again. Found by their names in the stack that the plugin is applied to, or, in SDKs that
 * give them to commands, in the command's. Own thread only.
 */
import type { SdkArgs, SdkContext, SdkMiddleware, SdkResult, SdkStack } from "./sdk.ts";
import type { SmithyResponse } from "./smithy.ts";

export class ClientParts {
  readonly #stack: SdkStack;
  readonly #found = new Map<string, SdkMiddleware | undefined>();

  constructor(stack: SdkStack) {
    this.#stack = stack;
  }

  /**
   * What the client makes of an answer that tells of an error; `error` itself where there is no client
   * that could make anything of it, as for a plugin of a single command.
   */
  async exceptionOf(
    error: Error,
    response: SmithyResponse,
    args: SdkArgs,
    context: SdkContext,
  ): Promise<unknown> {
    const deserialise = this.#find("deserializerMiddleware", context);
    try {
      await deserialise?.(async () => ({ response, output: {} }), context)(args);
    } catch (exception) {
      return exception;
    }
    return error;
  }

  /**
   * Does it again for as long as the client's retry strategy wants to, of which the exception that came
   * first is told.
   */
  retry(
    first: unknown,
    again: (args: SdkArgs) => Promise<SdkResult>,
    args: SdkArgs,
    context: SdkContext,
  ): Promise<SdkResult> {
    const retrying = this.#find("retryMiddleware", context);
    if (retrying === undefined) return Promise.reject(first);
    let isFirst = true;
    const next = (tried: SdkArgs): Promise<SdkResult> => {
      if (!isFirst) return again(tried);
      isFirst = false;
      return Promise.reject(first);
    };
    return retrying(next, context)(args);
  }

  #find(name: string, context: SdkContext): SdkMiddleware | undefined {
    if (!this.#found.has(name)) this.#found.set(name, middlewareOf(this.#stack, name));
    const ofCommand = context.__smithy_context?.commandInstance?.middlewareStack;
    return this.#found.get(name) ?? (ofCommand && middlewareOf(ofCommand, name));
  }
}

/** A stack shows what it has to whom it is applied to. */
function middlewareOf(stack: SdkStack, wanted: string): SdkMiddleware | undefined {
  let found: SdkMiddleware | undefined;
  stack.applyToStack({
    add(middleware, { name }) {
      if (name === wanted) found = middleware;
    },
    addRelativeTo() {},
  });
  return found;
}
