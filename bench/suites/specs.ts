/** Cases and how they are run, for the suites to choose from. */
import type { BodyKind } from "../flow/bodies.ts";
import type { FlowSpec } from "../flow/words.ts";
import type { Case } from "../result/schema.ts";

type Given = Partial<Case> & { readonly body?: BodyKind; readonly face?: "sync" | "async" };

function specOf(
  where: "cross-thread" | "in-thread",
  { body = "text", face = "sync", ...one }: Given,
): FlowSpec {
  const { type = "standard", groups = 1_000 } = one;
  return {
    body,
    face,
    case: {
      type,
      quotas: "off",
      durability: "memory",
      transport: `${where} ${face} ${body}`,
      batch: 10,
      bodyBytes: 64,
      ...(type !== "standard" && { groups }),
      backlog: 0,
      producers: 1,
      consumers: 1,
      handler: where === "in-thread" ? "none" : "handleSync",
      ...one,
    },
  };
}

/** One producer and one consumer thread, 64 B texts, tens, unless said otherwise. */
export function acrossThreads(given: Given): FlowSpec {
  return specOf("cross-thread", given);
}

/** One thread does it all. */
export function inThread(given: Given): FlowSpec {
  return specOf("in-thread", given);
}
