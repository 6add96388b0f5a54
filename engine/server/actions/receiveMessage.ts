/** ReceiveMessage: up to ten messages, waiting for the first of them when asked to. */
import { SluiceError } from "../../errors.ts";
import { parameterRanges } from "../../limits.ts";
import type { Message, Queue, ReceiveOptions } from "../../types.ts";
import { queueAction } from "../action.ts";
import type { Answer, Context } from "../wire/context.ts";
import { attributeFilter } from "../wire/messageAttributes.ts";
import { answerWith, showMessage, type Wanted, wireMessages } from "../wire/messages.ts";
import { checkNames, type Input, namesOf } from "../wire/schema.ts";

const members = {
  // The older and the newer name of one list; both are honoured, and merge.
  AttributeNames: namesOf("AttributeName"),
  MessageSystemAttributeNames: namesOf("MessageSystemAttributeName"),
  MessageAttributeNames: namesOf("MessageAttributeName"),
  MaxNumberOfMessages: { type: "integer", range: parameterRanges.maxNumberOfMessages },
  VisibilityTimeout: { type: "integer", range: parameterRanges.visibilityTimeout },
  WaitTimeSeconds: { type: "integer", range: parameterRanges.waitTimeSeconds },
  ReceiveRequestAttemptId: { type: "string" },
} as const;

const wire = {
  members,
  result: { Messages: wireMessages },
} as const;

type ReceiveInput = Input<typeof members>;

function wantedOf(input: ReceiveInput): Wanted {
  const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  return {
    system: system.length > 0 ? system : undefined,
    filter: attributeFilter(input.MessageAttributeNames),
  };
}

/** Only a receive that waits, by its own word or by the queue's, needs the signal, which costs. */
function optionsOf(context: Context, input: ReceiveInput, queue: Queue): ReceiveOptions {
  const options: ReceiveOptions = {};
  if (input.MaxNumberOfMessages !== undefined) {
    options.maxNumberOfMessages = input.MaxNumberOfMessages;
  }
  if (input.VisibilityTimeout !== undefined) options.visibilityTimeout = input.VisibilityTimeout;
  if (input.WaitTimeSeconds !== undefined) options.waitTimeSeconds = input.WaitTimeSeconds;
  const waitSeconds =
    input.WaitTimeSeconds ?? queue.details().attributes.receiveMessageWaitTimeSeconds;
  if (waitSeconds !== 0) options.signal = context.signal;
  if (input.ReceiveRequestAttemptId !== undefined) {
    options.receiveRequestAttemptId = input.ReceiveRequestAttemptId;
  }
  return options;
}

/** A wait that was cut short (the client has gone, the server drains) took no message. */
function emptyIfAborted(error: unknown): Answer {
  if (error instanceof Error && error.name === "AbortError") return {};
  throw error;
}

/** Makes what no client got visible again at once, all in one go; a refusal says it is already. */
function giveBack(received: readonly Message[]): Promise<unknown> {
  return Promise.all(received.map((message) => message.changeVisibility(0).catch(ignoreRefusal)));
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SluiceError)) throw error;
}

export const receiveMessage = queueAction(wire, (context, input, queue) => {
  checkNames("AttributeNames", input.AttributeNames);
  checkNames("MessageSystemAttributeNames", input.MessageSystemAttributeNames);
  checkNames("MessageAttributeNames", input.MessageAttributeNames);
  return queue.receive(optionsOf(context, input, queue)).then((received) => {
    // A FIFO receive with an id is asked again by that id, and then brings what it brought before.
    const isRepeatable = queue.isFifo && input.ReceiveRequestAttemptId !== undefined;
    if (received.length > 0 && !isRepeatable) context.undoUnlessSent(() => giveBack(received));
    const wanted = wantedOf(input);
    return answerWith(received, (message) => showMessage(message, wanted));
  }, emptyIfAborted);
});
