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

const unlocking =
  /^(AddPermission|GetQueueAttributes|GetQueueUrl|RemovePermission|SetQueueAttributes)$/;

/** The resources of all statements. */
const resourcesOf = (asked: Asked) =>
  [...textOf(asked).matchAll(/"(?:Not)?Resource":(?:"([^"]*)"|\[([^\]]*)\])/g)].flatMap(
    ([, one, list]) => one ?? list?.match(/[^",]+/g) ?? [],
  );

export const differences: readonly Difference[] = [
  {
    why: "an account's root may mend a policy that denies all; there nobody may",
    page: pages.unlock,
    concerns: (asked) => isRoot(asked) && unlocking.test(asked.action),
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
    why: "wildcards may make up for an ARN's missing parts; there they are put in behind",
    page: pages.resource,
    concerns: (asked) =>
      resourcesOf(asked).some((resource) => resource !== "*" && resource.split(":").length < 6),
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
    concerns: (asked) => resourcesOf(asked).some((resource) => resource.includes("${")),
  },
  {
    why: "a negated operator matches a variable of no value; there nothing does",
    page: pages.variables,
    concerns: (asked) => /Not(Equals|Like)[^}]*\$\{/.test(textOf(asked)),
  },
  {
    why: "the characters that are written as variables are those of StringEquals, too; there of StringLike alone",
    page: pages.variables,
    concerns: (asked) =>
      ["*", "?", "$"].some((character) => textOf(asked).includes(variable(character))) &&
      /String(Not)?Equals/.test(textOf(asked)),
  },
  {
    why: "before Version 2012-10-17 nothing is a variable; there a character written as one still is",
    page: pages.variables,
    concerns: (asked) =>
      textOf(asked).includes("2008-10-17") &&
      ["*", "?", "$"].some((character) => textOf(asked).includes(variable(character))),
  },
  {
    why: "dates may be seconds since 1970; there such a number is milliseconds",
    page: pages.dates,
    concerns: (asked) => /"Date\w+":{"[^"]+":"\d+"/.test(textOf(asked)),
  },
  {
    why: "NotIpAddress is met by an address of the other kind of IP; there it is not",
    page: pages.ip,
    concerns: (asked) => {
      const text = textOf(asked) + JSON.stringify(valuesOf(asked, "aws:SourceIp") ?? "");
      return text.includes("NotIpAddress") && text.includes("2001:db");
    },
  },
  {
    why: "0.0.0.0/0 is every IPv4 address; there it is none",
    page: pages.ip,
    concerns: (asked) => textOf(asked).includes("0.0.0.0/0"),
  },
  {
    why: "a key that has one value needs no set operator; there one that could have several does",
    page: pages.sets,
    concerns: (asked) =>
      valuesOf(asked, "aws:TagKeys")?.length === 1 &&
      /"(?!For)[A-Za-z]+":\{[^}]*"aws:TagKeys"/i.test(textOf(asked)),
  },
];
