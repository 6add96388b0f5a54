/**
 * Looking at a queue's messages without receiving them, as LocalStack's developer endpoint has it: no
 * action of AWS's, asked by a path of its own (protocol/localStack.ts). It wants the permission of
 * ReceiveMessage, whose answer it has: who may not read a queue's messages may not look at them either.
 *
 * A page is put together in slices, between which others have their turn, and bounded in messages, in
 * bytes and in how much of the queue is looked at for it; NextToken brings the next.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { ReceivedMessage } from "../../broker/messages/message.ts";
import { noSuchQueue, SluiceError } from "../../errors.ts";
import { peeks } from "../../limits.ts";
import type { MessageState, PeekedMessage, PeekPage, Queue } from "../../types.ts";
import { queueAction } from "../action.ts";
import type { Context } from "../wire/context.ts";
import { answerWith, everything, showMessage, wireMessages } from "../wire/messages.ts";
import type { Input } from "../wire/schema.ts";

const members = {
  ShowInvisible: { type: "string" },
  ShowDelayed: { type: "string" },
  MaxResults: { type: "integer", range: peeks.limit },
  NextToken: { type: "string" },
  /** As the path names it. */
  Region: { type: "string" },
} as const;

const wire = {
  members,
  result: { Messages: wireMessages, NextToken: { type: "string" } },
  permission: "ReceiveMessage",
} as const;

type PeekInput = Input<typeof members>;

/** Messages that one slice shows at the most: some milliseconds. */
const sliceMessages = 250;
/** Slices of a page: a queue of which nothing is to be shown is looked at for a million messages. */
const slicesMax = 100;
/** LocalStack's, which stands for no receive. */
const noReceipt = "SQS/BACKDOOR/ACCESS";

/** As LocalStack reads them; whatever else is said means no. */
function isSaid(text: string | undefined): boolean {
  return text?.toLowerCase() === "true" || text === "1";
}

function statesOf({ ShowInvisible, ShowDelayed }: PeekInput): MessageState[] {
  const states: MessageState[] = ["visible"];
  if (isSaid(ShowInvisible)) states.push("inFlight");
  if (isSaid(ShowDelayed)) states.push("delayed");
  return states;
}

async function slice(
  queue: Queue,
  state: readonly MessageState[],
  limit: number,
  after: string | undefined,
): Promise<PeekPage> {
  try {
    return await queue.peek({ state, limit, ...(after !== undefined && { after }) });
  } catch (error) {
    // Of the options only the token is the client's own.
    const isToken = error instanceof SluiceError && error.code === "InvalidParameterValue";
    if (!isToken || after === undefined) throw error;
    throw new SluiceError(
      "InvalidParameterValue",
      "Invalid next token: it holds for its queue, with the same ShowInvisible and ShowDelayed.",
    );
  }
}

async function pageOf(context: Context, input: PeekInput, queue: Queue): Promise<PeekPage> {
  const { MaxResults: limit = peeks.limit.max, NextToken } = input;
  const states = statesOf(input);
  const messages: PeekedMessage[] = [];
  let next = NextToken;
  let bytes = 0;
  for (let slices = 1; ; slices++) {
    const page = await slice(queue, states, Math.min(sliceMessages, limit - messages.length), next);
    for (const message of page.messages) bytes += ReceivedMessage.contentBytesOf(message);
    messages.push(...page.messages);
    next = page.next;
    if (next === undefined || messages.length >= limit) break;
    if (bytes >= peeks.maxBytes || slices >= slicesMax || context.signal.aborted) break;
    await nextTurn();
  }
  return next === undefined ? { messages } : { messages, next };
}

export const peekMessages = queueAction(wire, async (context, input, queue) => {
  const { Region: region = context.broker.region } = input;
  if (region !== context.broker.region) throw noSuchQueue(queue.name);
  const { messages, next } = await pageOf(context, input, queue);
  const show = (message: PeekedMessage): object => {
    const shown = showMessage(message, everything) as { Attributes?: object };
    return {
      ...shown,
      ReceiptHandle: noReceipt,
      Attributes: {
        ...shown.Attributes,
        ...(isSaid(input.ShowInvisible) && { IsVisible: String(message.state === "visible") }),
        ...(isSaid(input.ShowDelayed) && { IsDelayed: String(message.state === "delayed") }),
      },
    };
  };
  return answerWith(messages, show, next === undefined ? {} : { NextToken: next });
});
