/**
 * What a function's answer says of its batch, by AWS's rules. Pure. A success is an answer of nothing,
 * or one whose `batchItemFailures` is absent, null or empty. What is named there, by messageId, has
 * failed. The whole batch has failed when the answer is no JSON, or an identifier is an empty text,
 * null, under a wrong key or no message of the batch.
 * Source: Lambda Developer Guide, "Handling errors for an SQS event source in Lambda", "Success and
 * failure conditions". That an answer which is no object fails it as well is what "an invalid JSON
 * response" is taken to mean here.
 */
import { EVENT_BYTES_MAX } from "./event.ts";

/** What failed of a batch, by the message's place in it. */
export type Failed = ReadonlyMap<number, unknown>;

const NONE: Failed = new Map();

/** As what Lambda's runtime tells: the name is the `errorType`. */
function functionError(name: string, text: string): Error {
  return Object.assign(new Error(text), { name });
}

/** The answer as Lambda gets it. Throws where its runtime fails the call. */
function sentBack(answer: unknown): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(answer);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw functionError("Runtime.MarshalError", `Unable to stringify response body: ${reason}`);
  }
  // Functions and symbols, too, are nothing in JSON.
  if (text === undefined) return null;
  const bytes = Buffer.byteLength(text);
  if (bytes > EVENT_BYTES_MAX) {
    throw functionError(
      "Function.ResponseSizeTooLarge",
      `Response payload size (${bytes} bytes) exceeded maximum allowed payload size ` +
        `(${EVENT_BYTES_MAX} bytes).`,
    );
  }
  return JSON.parse(text);
}

function wrong(text: string): TypeError {
  return new TypeError(`${text}: the whole batch has failed, as on AWS.`);
}

/**
 * What the answer names of the batch with these ids. Throws where all of it has failed.
 *
 * @param isReported whether ReportBatchItemFailures is on; else no answer names a message.
 */
export function failedOf(
  answer: unknown,
  messageIds: readonly string[],
  isReported: boolean,
): Failed {
  const response = sentBack(answer);
  if (!isReported || response === null) return NONE;
  if (typeof response !== "object" || Array.isArray(response)) {
    throw wrong(`The function answered ${quoted(response)}, which is no { batchItemFailures }`);
  }
  const { batchItemFailures } = response as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return NONE;
  if (!Array.isArray(batchItemFailures)) {
    throw wrong(`The function answered batchItemFailures that are no list`);
  }
  const places = new Map(messageIds.map((id, place) => [id, place]));
  return new Map(batchItemFailures.map((failure) => placeOf(failure, places)));
}

function placeOf(failure: unknown, places: ReadonlyMap<string, number>): [number, Error] {
  const isObject = typeof failure === "object" && failure !== null && !Array.isArray(failure);
  if (!isObject || !("itemIdentifier" in failure)) {
    throw wrong(`batchItemFailures has ${quoted(failure)}, which has no itemIdentifier`);
  }
  const { itemIdentifier } = failure;
  const isText = typeof itemIdentifier === "string";
  const place = isText ? places.get(itemIdentifier) : undefined;
  if (place !== undefined) {
    return [place, new Error(`The function named ${itemIdentifier} as failed.`)];
  }
  const why = isText && itemIdentifier !== "" ? "no message of the batch" : "no message's id";
  throw wrong(`batchItemFailures has the itemIdentifier ${quoted(itemIdentifier)}, ${why}`);
}

const QUOTED_MAX = 100;

function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}...` : text;
}
