/** What a case is: a question with AWS's answer and the page that gives it; and how cases are written. */
import type { Asked, Context } from "../asked.ts";

const IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_";
const SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-";

/** Pages of AWS's documentation that answer. */
export const pages = {
  account: `${IAM}evaluation-logic_policy-eval-basics.html`,
  accountPrincipal: `${IAM}elements_principal.html#principal-accounts`,
  action: `${IAM}elements_action.html`,
  apiPermissions: `${SQS}api-permissions-reference.html`,
  arns: `${IAM}elements_condition_operators.html#Conditions_ARN`,
  binary: `${IAM}elements_condition_operators.html#Conditions_BinaryEquals`,
  bool: `${IAM}elements_condition_operators.html#Conditions_Boolean`,
  condition: `${IAM}elements_condition.html`,
  cross: `${IAM}evaluation-logic-cross-account.html`,
  dates: `${IAM}elements_condition_operators.html#Conditions_Date`,
  denyAllow: `${IAM}evaluation-logic_policy-eval-denyallow.html`,
  ifExists: `${IAM}elements_condition_operators.html#Conditions_IfExists`,
  ip: `${IAM}elements_condition_operators.html#Conditions_IPAddress`,
  keys: `${IAM}condition-keys.html`,
  limitations: `${SQS}limitations-of-custom-policies.html`,
  logic: `${IAM}condition-logic-multiple-context-keys-or-values.html`,
  managing: `${SQS}overview-of-managing-access.html`,
  missing: `${IAM}elements_condition_operators.html`,
  notAction: `${IAM}elements_notaction.html`,
  notPrincipal: `${IAM}elements_notprincipal.html`,
  notResource: `${IAM}elements_notresource.html`,
  null: `${IAM}elements_condition_operators.html#Conditions_Null`,
  numeric: `${IAM}elements_condition_operators.html#Conditions_Numeric`,
  principal: `${IAM}elements_principal.html`,
  resource: `${IAM}elements_resource.html`,
  sets: `${IAM}condition-single-vs-multi-valued-context-keys.html`,
  sqsExamples: `${SQS}basic-examples-of-sqs-policies.html`,
  sqsIamExamples: `${SQS}basic-examples-of-iam-policies.html`,
  sqsCustomExamples: `${SQS}creating-custom-policies-access-policy-examples.html`,
  sqsLogic: `${SQS}creating-custom-policies-evaluation-logic.html`,
  strings: `${IAM}elements_condition_operators.html#Conditions_String`,
  unlock: "https://docs.aws.amazon.com/accounts/latest/reference/aws-actions-project-owners.html",
  variables: `${IAM}variables.html`,
  version: `${IAM}elements_version.html`,
} as const;

export interface Case extends Asked {
  readonly says: string;
  readonly page: string;
  readonly allowed: boolean;
}

/** The account of the queue, one of another, and their usual callers. */
export const OWN = "111122223333";
export const OTHER = "444455556666";
export const BOB = `${OWN}:user/bob`;
export const ALICE = `${OTHER}:user/alice`;
export const QUEUE = `arn:aws:sqs:us-east-2:${OWN}:queue1`;

export type Statement = Readonly<Record<string, unknown>>;

/** A statement that allows all, but for what is given; undefined leaves a member out. */
export const allow = (members: Statement = {}): Statement => {
  const all = { Effect: "Allow", Action: "*", Resource: "*", ...members };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};
export const deny = (members: Statement = {}): Statement => allow({ Effect: "Deny", ...members });

export const policy = (...Statement: readonly Statement[]): object => ({
  Version: "2012-10-17",
  Statement,
});

/** A policy variable, or `*`, `?` and `$` as text. */
export const variable = (inner: string): string => ["$", "{", inner, "}"].join("");

/** Bob sends to a queue of his account, and has no policy that lets him, but for what is given. */
export const base: Asked = {
  who: BOB,
  action: "SendMessage",
  resource: QUEUE,
  identity: [],
  context: {},
};

type Answered = readonly [says: string, allowed: boolean, asked: Partial<Asked>];

/** Cases that one page answers. */
export function casesOf(page: string, ...answered: readonly Answered[]): readonly Case[] {
  return answered.map(([says, allowed, asked]) => ({ ...base, ...asked, says, page, allowed }));
}

type Met = readonly [says: string, met: boolean, Condition: object, context: Context];

/** Cases of conditions: Bob's one statement allows all where its condition is met. */
export function conditionsOf(page: string, ...some: readonly Met[]): readonly Case[] {
  return some.map(([says, allowed, Condition, context]) => {
    const identity = [policy(allow({ Condition }))];
    return { ...base, says, page, allowed, identity, context };
  });
}
