/**
 * Who may do what on a server that has credentials: whose a request is, and whether policies allow what it
 * asks. One for a server, on its thread; it keeps no request. A server without credentials has none of it.
 *
 * A caller may not learn from a refusal what it may not see. So what a refusal says is what it would say
 * of a queue that is not there, whenever that one is refused as well: that the queue's policy denies is
 * told only to whom nothing but that policy keeps out.
 */
import { SluiceError } from "../../errors.ts";
import type { Caller } from "../../policy/caller.ts";
import { evaluate, type Question } from "../../policy/evaluate.ts";
import { ParsedPolicies } from "../../policy/parsedPolicies.ts";
import type { Service } from "../service.ts";
import type { RequestTags, Target } from "../wire/target.ts";
import { Authenticator, type AuthenticatorOptions } from "./authenticator.ts";
import { conditionsOf, type Facts } from "./conditions.ts";

/** A request, as far as policies know it. */
export interface Asked {
  readonly caller: Caller;
  readonly service: Service;
  /** Without the service's name. */
  readonly action: string;
  /** `http://HOST`, as the client addressed the server. */
  readonly origin: string;
  readonly facts: Facts;
}

export class Access extends Authenticator {
  readonly #region: string;
  readonly #policies = new ParsedPolicies();

  constructor(options: AuthenticatorOptions) {
    super(options);
    this.#region = options.region;
  }

  /** Throws AccessDenied, or MissingAuthenticationToken for nobody who asks another service than SQS. */
  authorise(asked: Asked, target: Target, requestTags: RequestTags): void {
    const { caller, service, action, facts } = asked;
    const resourcePolicy = this.#policies.of(target.policy);
    const isOwner = caller.kind === "root" && caller.account === target.account;
    if (isOwner && resourcePolicy === undefined) return;
    const question: Question = {
      caller,
      action: `${service.policyName}:${action}`,
      resourceArn: target.arn,
      resourceAccount: target.account,
      resourcePolicy,
      context: conditionsOf(facts, this.#region, target, requestTags),
    };
    const answer = evaluate(question);
    if (answer.allowed) return;
    if (caller.kind === "anonymous") throw unsigned(asked);
    const unseen = evaluate({ ...question, resourcePolicy: undefined });
    throw new SluiceError("AccessDenied", unseen.allowed ? answer.sentence : unseen.sentence);
  }
}

/** What nobody is told who has not said who he is, whatever he has asked for. */
export function unsigned({ service, origin }: Pick<Asked, "service" | "origin">): SluiceError {
  if (service.signingName === "sqs") {
    return new SluiceError("AccessDenied", `Access to the resource ${origin}/ is denied.`);
  }
  return new SluiceError("MissingAuthenticationToken", "Request is missing Authentication Token.");
}
