/**
 * A question as tests write it, in JSON's own terms, and the two who answer it: the evaluation here, and
 * `@cloud-copilot/iam-simulate`, which knows AWS's rules independently. Only tests import that package.
 */
import { anonymousPrincipal, runSimulation } from "@cloud-copilot/iam-simulate";
import { anonymous, type Caller, rootOf } from "../../engine/policy/caller.ts";
import { type Answer, evaluate } from "../../engine/policy/evaluate.ts";
import { parsePolicy } from "../../engine/policy/parse.ts";

export type Context = Readonly<Record<string, string | readonly string[]>>;

export interface Asked {
  /** `111122223333:user/bob`, `…:root`, `…:assumed-role/ROLE/SESSION`, `anonymous`, or a service's name. */
  readonly who: string;
  /** Without the service's name it is one of SQS's. */
  readonly action: string;
  /** The ARN of a queue, or `*`. */
  readonly resource: string;
  /** Whose the resource is where the ARN does not say it. */
  readonly resourceAccount?: string;
  readonly identity: readonly object[];
  readonly queue?: object;
  readonly context: Context;
}

/** The caller, as yet without its policies; its names are as AWS makes them. */
export function callerOf(who: string): Caller {
  const [account = "", name = ""] = who.split(":");
  if (name === "") return anonymous;
  if (name === "root") return rootOf(account);
  const iam = `arn:aws:iam::${account}:`;
  const [kind, first = "", session] = name.split("/");
  if (kind === "user") {
    const arn = `${iam}${name}`;
    const userId = `AIDA${first.toUpperCase()}`;
    return { kind, account, arn, principalArn: arn, userId, username: first, policies: [] };
  }
  return {
    ...{ kind: "role", account, username: undefined, policies: [] },
    arn: `arn:aws:sts::${account}:${name}`,
    principalArn: `${iam}role/${first}`,
    userId: `AROA${first.toUpperCase()}:${session}`,
  };
}

const isService = (who: string): boolean => who.includes(".");

/** The keys of the request, of which tests may write one value without its list. */
function keysOf({ who, context }: Asked): Record<string, readonly string[]> {
  const keys = Object.entries(context).map(([key, value]): [string, readonly string[]] => [
    key.toLowerCase(),
    typeof value === "string" ? [value] : value,
  ]);
  const service = isService(who) ? { "aws:principalservicename": [who] } : {};
  return { ...Object.fromEntries(keys), ...service };
}

function questionAction(action: string): string {
  return action.includes(":") ? action : `sqs:${action}`;
}

function ownerOf({ resource, resourceAccount }: Asked): string {
  return resourceAccount ?? resource.split(":")[4] ?? "";
}

/** The evaluation, or a copy of it. */
export interface Evaluation {
  readonly evaluate: typeof evaluate;
  readonly parsePolicy: typeof parsePolicy;
}

export function answerBy(by: Evaluation, asked: Asked): Answer {
  const { who, action, resource, identity, queue } = asked;
  const policies = identity.map((policy) => by.parsePolicy(policy, "identity"));
  return by.evaluate({
    caller: { ...callerOf(who), policies },
    action: questionAction(action),
    resourceArn: resource,
    resourceAccount: ownerOf(asked),
    resourcePolicy: queue && by.parsePolicy(queue, "queue"),
    context: keysOf(asked),
  });
}

export function answerHere(asked: Asked): Answer {
  return answerBy({ evaluate, parsePolicy }, asked);
}

const fullAccess = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
};

/** Whether the other one allows it; undefined where it takes the question for none. */
export async function allowedThere(asked: Asked): Promise<boolean | undefined> {
  const { who, action, resource, identity, queue } = asked;
  const caller = callerOf(who);
  const own: [string, string | undefined][] = [
    ["aws:PrincipalArn", caller.principalArn],
    ["aws:PrincipalAccount", caller.account],
    ["aws:userid", caller.userId],
    ["aws:username", caller.username],
  ];
  const contextVariables: Record<string, string | string[]> = {};
  for (const [key, value] of own) if (value !== undefined) contextVariables[key] = value;
  for (const [key, value] of Object.entries(asked.context)) {
    if (typeof value === "string") contextVariables[key] = value;
    else if (value.length > 0) contextVariables[key] = [...value];
  }
  // A root may all without a policy; there it is one like others, so it is given one.
  const identities = caller.kind === "root" ? [fullAccess, ...identity] : identity;
  const result = await runSimulation(
    {
      request: {
        principal: isService(who) ? who : (caller.arn ?? anonymousPrincipal),
        action: questionAction(action),
        resource: { resource, accountId: ownerOf(asked) },
        contextVariables,
      },
      identityPolicies: identities.map((policy, index) => ({ name: `${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: queue,
    },
    {},
  );
  return result.resultType === "error" ? undefined : result.overallResult === "Allowed";
}
