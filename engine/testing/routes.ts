/**
 * The paths of the test kit, one table: below `/_sluice/testing/` each is a question to the controls, JSON
 * in and JSON out. Read by the server's side (extension.ts) and by the client (remoteControls.ts), so
 * neither knows a path that the other has not. docs/TESTING.md lists them.
 */
import { SluiceError } from "../errors.ts";
import type { Controls, MessageQuestion, QueueKey } from "./controls.ts";
import { queueKeyOf } from "./queueRef.ts";
import { shown } from "./shown.ts";
import type { FaultRule, QueueRef, ResetOptions } from "./types.ts";

export const PREFIX = "/_sluice/testing/";

/** Members of a request: of a POST its JSON, of a GET what stands behind the question mark, as texts. */
export type Input = Readonly<Record<string, unknown>>;

export interface Route {
  readonly method: "GET" | "POST";
  /** Behind the prefix. */
  readonly path: string;
  readonly description: string;
  /** The members it takes. */
  readonly takes: readonly string[];
  run(controls: Controls, input: Input): Promise<object>;
}

function invalid(text: string): SluiceError {
  return new SluiceError("InvalidParameterValue", text);
}

function queueOf({ queue }: Input): QueueKey {
  if (queue === undefined) throw missing("queue");
  return queueKeyOf(queue as QueueRef);
}

function missing(name: string): SluiceError {
  return new SluiceError("MissingParameter", `The request must contain ${name}.`);
}

/** A number, also as the text that a GET has. */
function numberOf(input: Input, name: string, otherwise?: number): number {
  const given = input[name] ?? otherwise;
  if (given === undefined) throw missing(name);
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw invalid(`${name} is a number from 0 on, not ${shown(given)}.`);
}

function questionOf(input: Input): MessageQuestion {
  const { messageId } = input;
  if (messageId !== undefined && typeof messageId !== "string") {
    throw invalid(`messageId is a text, not ${shown(messageId)}.`);
  }
  return { queue: queueOf(input), messageId };
}

function msOf(input: Input): number {
  if ((input.seconds === undefined) === (input.ms === undefined)) {
    throw invalid('Say how far, once: { "seconds": 30 } or { "ms": 500 }.');
  }
  return input.ms === undefined ? numberOf(input, "seconds") * 1_000 : numberOf(input, "ms");
}

function resetOptionsOf({ keepQueues = false }: Input): ResetOptions {
  if (typeof keepQueues === "boolean") return { keepQueues };
  throw invalid(`keepQueues is true or false, not ${shown(keepQueues)}.`);
}

const MESSAGES_DEFAULT = 1_000;

export const routes: readonly Route[] = [
  {
    ...{ method: "POST", path: "reset", takes: ["keepQueues"] },
    description: "all queues go (or only what is in them), and all faults",
    run: async (controls, input) => {
      await controls.reset(resetOptionsOf(input));
      return {};
    },
  },
  {
    ...{ method: "GET", path: "time", takes: [] },
    description: "the broker's time, as nowMs",
    run: async (controls) => ({ nowMs: await controls.now() }),
  },
  {
    ...{ method: "POST", path: "advance", takes: ["seconds", "ms"] },
    description: "moves the broker's time on; nowMs is what it is then",
    run: async (controls, input) => ({ nowMs: await controls.advance(msOf(input)) }),
  },
  {
    ...{ method: "GET", path: "queue", takes: ["queue"] },
    description: "name, account and arn of a queue, and its dead-letter queue",
    run: (controls, input) => controls.describe(queueOf(input)),
  },
  {
    ...{ method: "GET", path: "counts", takes: ["queue"] },
    description: "how many messages are visible, inFlight and delayed",
    run: (controls, input) => controls.counts(queueOf(input)),
  },
  {
    ...{ method: "GET", path: "messages", takes: ["queue", "limit"] },
    description: "the messages of a queue, oldest first, at most limit (1000)",
    run: async (controls, input) => ({
      messages: await controls.messages(queueOf(input), numberOf(input, "limit", MESSAGES_DEFAULT)),
    }),
  },
  {
    ...{ method: "POST", path: "end-visibility", takes: ["queue", "messageId"] },
    description: "messages in flight, or one of them, are visible again; count is how many",
    run: async (controls, input) => ({ count: await controls.endVisibility(questionOf(input)) }),
  },
  {
    ...{ method: "POST", path: "end-retention", takes: ["queue"] },
    description: "all that is in a queue expires; count is how many messages",
    run: async (controls, input) => ({ count: await controls.endRetention(queueOf(input)) }),
  },
  {
    ...{ method: "POST", path: "dead-letter", takes: ["queue", "messageId"] },
    description: "messages, or one of them, go to the dead-letter queue; count is how many",
    run: async (controls, input) => ({ count: await controls.deadLetter(questionOf(input)) }),
  },
  {
    ...{ method: "GET", path: "faults", takes: [] },
    description: "the faults that are there, with how often each has happened",
    run: async (controls) => ({ faults: await controls.faults() }),
  },
  {
    ...{ method: "POST", path: "faults", takes: ["rule"] },
    description: "adds a fault, whose id it answers",
    run: async (controls, { rule }) => ({ id: await controls.addFault(rule as FaultRule) }),
  },
  {
    ...{ method: "POST", path: "faults/remove", takes: ["id"] },
    description: "removes one fault, or all",
    run: async (controls, input) => {
      await controls.removeFaults(input.id === undefined ? undefined : numberOf(input, "id"));
      return {};
    },
  },
  {
    ...{ method: "POST", path: "spy/start", takes: [] },
    description: "begins to note what happens, anew",
    run: async (controls) => {
      await controls.startSpy();
      return {};
    },
  },
  {
    ...{ method: "POST", path: "spy/stop", takes: [] },
    description: "ends that",
    run: async (controls) => {
      await controls.stopSpy();
      return {};
    },
  },
  {
    ...{ method: "GET", path: "spy/events", takes: ["after"] },
    description: "what has happened since it began, behind the event of that number",
    run: (controls, input) => controls.events(numberOf(input, "after", 0)),
  },
  {
    ...{ method: "GET", path: "spy/totals", takes: ["queue"] },
    description: "what a queue has counted since then, all threads together",
    run: (controls, input) => controls.totals(queueOf(input)),
  },
];
