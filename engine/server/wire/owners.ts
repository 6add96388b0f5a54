/**
 * Whose queue a request means. Where nobody has to say who he is there is one account, and whichever a
 * request names means it: what is printed with an account in a guide works as it stands, and answers
 * name the broker's own. Otherwise it is the account that the request names. Pure.
 */
import type { Context } from "./context.ts";

type Asked = Pick<Context, "account" | "tellsAccounts">;

/** The account that is meant by `said`, which is twelve digits; undefined: the caller's own. */
export function ownerMeant({ account, tellsAccounts }: Asked, said: string | undefined): string {
  return tellsAccounts && said !== undefined ? said : account;
}

const accountPattern = /(\barn:aws:sqs:[a-z\d-]+:)\d{12}(?=:)/g;

/** The text, with the account that is meant in each queue's ARN. */
export function withOwners({ account, tellsAccounts }: Asked, text: string): string {
  return tellsAccounts ? text : text.replace(accountPattern, `$1${account}`);
}

/** Attributes that speak of other queues. */
const referring = ["RedrivePolicy", "RedriveAllowPolicy"] as const;

/** Queue attributes as a request has them, those that speak of other queues in the same way. */
export function attributesWithOwners(
  asked: Asked,
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const own: Record<string, string> = {};
  for (const name of referring) {
    const text = attributes[name];
    if (text !== undefined) own[name] = withOwners(asked, text);
  }
  return { ...attributes, ...own };
}
