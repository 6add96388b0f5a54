/**
 * Where the evaluation here and `@cloud-copilot/iam-simulate` answer differently, and the page of AWS's
 * documentation by which it does. A difference that none of these explains fails a test.
 */
import type { Asked } from "./asked.ts";
import { pages, variable } from "./cases/case.ts";

export interface Difference {
  readonly why: string;
  readonly page: string;
  /** Whether the two may differ for this reason. */
  readonly concerns: (asked: Asked) => boolean;
}

const ACCOUNT = 4;
const ownerOf = ({ resource, resourceAccount }: Asked) =>
  resourceAccount ?? resource.split(":")[ACCOUNT];
const accountOf = ({ who }: Asked) => (/^\d{12}:/.test(who) ? who.slice(0, 12) : undefined);
const isRoot = ({ who }: Asked) => who.endsWith(":root");
const textOf = ({ identity, queue }: Asked) => JSON.stringify([identity, queue]);

/** Of a key's values that conditions name, whether the request has it so. */
const valuesOf = ({ context }: Asked, key: string) =>
  Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];

const ownersAlone =
  /^(AddPermission|CancelMessageMoveTask|CreateQueue|DeleteQueue|ListMessageMoveTasks|ListQueues|ListQueueTags|RemovePermission|SetQueueAttributes|StartMessageMoveTask|TagQueue|UntagQueue)$/;

export const differences: readonly Difference[] = [
  {
    why: "an account's root may all in its account and needs no identity policy; there it is a user like others",
    page: pages.denyAllow,
    concerns: isRoot,
  },
  {
    why: "some of SQS's actions are never for other accounts; there no service limits its policies",
    page: pages.limitations,
    concerns: (asked) => ownersAlone.test(asked.action) && accountOf(asked) !== ownerOf(asked),
  },
  {
    why: "batches count as their single actions; there they are no actions",
    page: pages.apiPermissions,
    concerns: ({ action }) => action.endsWith("Batch"),
  },
  {
    why: "a * that ends a part of a resource's ARN goes on behind the colon; there it does so at the end alone",
    page: pages.resource,
    concerns: (asked) => /"arn:aws:sqs:\*:queue1"/.test(textOf(asked)),
  },
  {
    why: "IfExists is met by an absent key with every operator; there ForAnyValue is not",
    page: pages.ifExists,
    concerns: (asked) => textOf(asked).includes("ForAnyValue:") && /IfExists/.test(textOf(asked)),
  },
  {
    why: "to set operators an empty text is no value; there it is one",
    page: pages.sets,
    concerns: (asked) => valuesOf(asked, "aws:TagKeys")?.[0] === "",
  },
  {
    why: "a variable stands in a queue's name; there its colon ends the name",
    page: pages.variables,
    concerns: (asked) => /"(Not)?Resource":"[^"]*\$\{/.test(textOf(asked)),
  },
  {
    why: "a negated operator matches a variable of no value; there nothing does",
    page: pages.variables,
    concerns: (asked) => /Not(Equals|Like)[^}]*\$\{/.test(textOf(asked)),
  },
  {
    why: "a dollar as a variable is a dollar, and begins no variable; there it does",
    page: pages.variables,
    concerns: (asked) => textOf(asked).includes(`${variable("$")}{`),
  },
  {
    why: "dates may be seconds since 1970; there such a number is milliseconds",
    page: pages.dates,
    concerns: (asked) => /"Date\w+":{"[^"]+":"\d+"/.test(textOf(asked)),
  },
];
