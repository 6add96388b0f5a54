/**
 * Faults planted into the evaluation of policies, each as one change of the text of one file in
 * engine/policy/. The cases of AWS's documentation must tell each of them from what is right.
 */
export interface Mutant {
  readonly file: string;
  /** Stands in the file once. */
  readonly right: string;
  readonly wrong: string;
}

const of = (file: string, ...changes: readonly (readonly [string, string])[]): Mutant[] =>
  changes.map(([right, wrong]) => ({ file, right, wrong }));

export const mutants: readonly Mutant[] = [
  ...of(
    "evaluate.ts",
    ['if (statement.isDeny) return "denies";', ""],
    [
      'if (say === "denies" || (say === "directly" && !statement.isDeny)) return say;',
      'if (say !== "no") return say;',
    ],
    ['if (own === "denies") return "deniedByIdentityPolicy";', ""],
    ['if (queues === "denies") {', 'if (queues === "denies" && own === "no") {'],
    ['if (caller.kind === "root") return "root";', ""],
    ['if (own !== "no") return "identityPolicy";', ""],
    [
      'return queues === "directly" ? "resourcePolicy"',
      'return queues !== "no" ? "resourcePolicy"',
    ],
    [
      'return queues === "directly" ? "resourcePolicy"',
      'return queues === "denies" ? "resourcePolicy"',
    ],
    ['if (isOwnersAlone(action)) return "neverAcrossAccounts";', ""],
    ['if (caller.kind !== "root" && own === "no") return "noIdentityPolicyAllows";', ""],
    ['if (caller.kind !== "root" && own === "no")', 'if (own === "no")'],
    [
      'return queues === "no" ? "noResourcePolicyAllows" : "bothPolicies";',
      'return "bothPolicies";',
    ],
    [
      'return queues === "no" ? "noResourcePolicyAllows" : "resourcePolicy";',
      'return "resourcePolicy";',
    ],
    ['return unlocks ? "root" : "deniedByResourcePolicy";', 'return "deniedByResourcePolicy";'],
    ["&& isUnlocking(action)", ""],
    ['const unlocks = isOwner && caller.kind === "root"', 'const unlocks = caller.kind === "root"'],
    ['const unlocks = isOwner && caller.kind === "root"', "const unlocks = isOwner"],
    ["return isOwner ? within(", "return !isOwner ? within("],
    ["conditions.every((condition)", "conditions.some((condition)"],
    ["if (!isListed(actions, action, lookup))", "if (false)"],
    ["if (!isListed(resources, resourceArn, lookup))", "if (false)"],
    ["!== isNegated;", ";"],
    ["policyAction(name)", "name"],
    ["}`.toLowerCase();", "}`;"],
    ["return caller.principalArn;", "return caller.arn;"],
    ["return caller.username;", "return undefined;"],
  ),
  ...of(
    "conditions.ts",
    ["return ifExists || meetsNothing(condition);", "return meetsNothing(condition);"],
    ["if (of === undefined) return isNegated;", "if (of === undefined) return false;"],
    ['return of === "all";', "return false;"],
    ['return of === "all";', "return true;"],
    ['if (of === "any") return values.some(pass);', 'if (of === "any") return values.every(pass);'],
    ['(of === "all" || values.length === 1) && values.every(pass)', "values.some(pass)"],
    [
      "values.some((test) => test(value, lookup)) !== isNegated",
      "values.some((test) => test(value, lookup))",
    ],
    [
      "values.some((test) => test(value, lookup)) !== isNegated",
      "values.every((test) => test(value, lookup)) !== isNegated",
    ],
    ["test(String(isAbsent), lookup)", "test(String(!isAbsent), lookup)"],
    ["key: key.toLowerCase()", "key"],
    ['values.every((value) => value === "")', "values.length === 0"],
  ),
  ...of(
    "principals.ts",
    ["|| principal.arn === caller.principalArn", ""],
    ["if (!listed.isNegated) return best;", "return best;"],
    [
      'return best === "no" ? "directly" : "no";',
      'return best === "directly" ? "no" : "directly";',
    ],
    ['if (principal.account !== caller.account) return "no";', ""],
    ['return caller.kind === "root" ? "directly" : "account";', 'return "directly";'],
    ["service.includes(principal.service)", "service.length > 0"],
    ['if (how === "directly" || best === "no") best = how;', "best = how;"],
    ["caller.account === undefined ? (lookup(SERVICE_KEY) ?? []) : []", '["sns.amazonaws.com"]'],
  ),
  ...of(
    "parse.ts",
    ['isDeny: Effect === "Deny"', 'isDeny: Effect === "Allow"'],
    ['const hasVariables = Version === "2012-10-17";', "const hasVariables = true;"],
    ['const hasVariables = Version === "2012-10-17";', "const hasVariables = false;"],
    ["return { isNegated: true,", "return { isNegated: false,"],
    ["likeTest(text.toLowerCase(), ", "likeTest(text, "],
    ['likeTest(text, "resource", hasVariables)', 'likeTest(text, "text", hasVariables)'],
    ['likeTest(text, "resource", hasVariables)', 'likeTest(text, "arn", hasVariables)'],
    ['Version = "2008-10-17"', 'Version = "2012-10-17"'],
  ),
  ...of(
    "template.ts",
    ["(isText && WILDCARDS.get(code)) || code", "WILDCARDS.get(code) || code"],
    ["values?.length === 1 ? values[0] : fallback", "values?.length === 1 ? values[0] : undefined"],
    [
      "values?.length === 1 ? values[0] : fallback",
      'values?.length === 1 ? values[0] : (fallback ?? "")',
    ],
    ["values?.length === 1 ? values[0] : fallback", "values?.[0] ?? fallback"],
    ["values?.length === 1 ? values[0] : fallback", "fallback ?? values?.[0]"],
    ["key: key.trim().toLowerCase()", "key: key.trim()"],
    ["if (colons > 4) return token;", "return token;"],
    ["ignoresCase ? value.toLowerCase() : value", "value"],
    ["next !== undefined && next !== COLON ? STAR_IN_PART", "next !== COLON ? STAR_IN_PART"],
    ["next !== undefined && next !== COLON ? STAR_IN_PART", "next !== undefined ? STAR_IN_PART"],
  ),
  ...of(
    "operators.ts",
    [
      "kinds.set(negative.toLowerCase(), { read, values, isNegated: true });",
      "kinds.set(negative.toLowerCase(), { read, values, isNegated: false });",
    ],
    ["value < wanted,", "value <= wanted,"],
    ["value <= wanted,\n  GreaterThan:", "value < wanted,\n  GreaterThan:"],
    ["value > wanted,", "value >= wanted,"],
    ["value >= wanted,\n", "value > wanted,\n"],
    [
      "return number !== undefined && order(number, wanted);",
      "return number !== undefined && order(wanted, number);",
    ],
    ["texts(false));", "texts(true));"],
    [
      'pair("ArnLike", "ArnNotLike", "an ARN", arn);',
      'pair("ArnLike", "ArnNotLike", "an ARN", like);',
    ],
  ),
  ...of(
    "actions.ts",
    ['  DeleteMessageBatch: "DeleteMessage",', '  DeleteMessageBatch: "SendMessage",'],
    ['  "TagQueue",\n', ""],
    ['  "SetQueueAttributes",\n  "StartMessageMoveTask"', '  "StartMessageMoveTask"'],
  ),
  ...of(
    "addresses.ts",
    ["const mask = left >= 8 ? 255 : (255 << (8 - left)) & 255;", "const mask = 255;"],
    ["if (left <= 0) return true;", ""],
    ["if (address.length !== network.length) return false;", ""],
    ["prefix === undefined ? most :", "prefix === undefined ? 0 :"],
  ),
  ...of(
    "dates.ts",
    ["Number(text) * 1_000", "Number(text)"],
    ['return sign === "-" ? -ms : ms;', "return 0;"],
    ["- zoneMs(zone)", "+ zoneMs(zone)"],
  ),
  ...of(
    "wildcard.ts",
    ["if (token === STAR) set(colon.stay, at);", ""],
    ["if (token === STAR) set(colon.stay, at);", "set(colon.stay, at);"],
    ["if (token === ANY) set(colon.wild, at);", "set(colon.wild, at);"],
    ["set(other.stay, at);", ""],
    ["set(other.wild, at);", "set(other.stay, at);"],
    ["(was & (stay[word] ?? 0))", "was"],
    ["carry = taken >>> 31;", ""],
    ["return (((states[whole >>> 5] ?? 0) >>> (whole & 31)) & 1) === 1;", "return true;"],
    ["code === COLON ? colon : other", "other"],
  ),
];
