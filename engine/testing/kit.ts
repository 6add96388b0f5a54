/**
 * The test kit: questions and expectations, made of what the controls of a broker answer. The same for a
 * broker in this process and for one behind a URL. An expectation looks and changes nothing: no receive
 * count, no visibility.
 */
import { SluiceError } from "../errors.ts";
import type { Controls, QueueKey } from "./controls.ts";
import { ExpectationError } from "./expectationError.ts";
import { type Check, checkOf, type Difference } from "./matcher.ts";
import { lookUntil } from "./patience.ts";
import { queueKeyOf } from "./queueRef.ts";
import { shown, shownCounts, shownMessages } from "./shown.ts";
import { KitSpy } from "./spy.ts";
import type {
  Fault,
  FaultRule,
  FaultState,
  Matcher,
  QueueRef,
  ResetOptions,
  SeenCounts,
  SeenMessage,
  Spy,
  TestKit,
  TimeSpan,
  WaitOptions,
} from "./types.ts";

/** Messages that an expectation looks through. */
const LOOK_MAX = 10_000;
const LIMIT_DEFAULT = 1_000;

function total({ visible, inFlight, delayed }: SeenCounts): number {
  return visible + inFlight + delayed;
}

/** Throws InvalidParameterValue for what is no span of time. */
function msOf(time: TimeSpan): number {
  const given: unknown = time;
  const { seconds, ms } =
    typeof given === "object" && given !== null
      ? (given as { seconds?: number; ms?: number })
      : { ms: given };
  const span = typeof seconds === "number" && ms === undefined ? seconds * 1_000 : ms;
  if (
    typeof span === "number" &&
    Number.isFinite(span) &&
    span >= 0 &&
    (seconds === undefined || ms === undefined)
  )
    return span;
  throw new SluiceError(
    "InvalidParameterValue",
    `Time moves by 0 ms or more: advance(500), { ms: 500 } or { seconds: 30 }, not ${shown(given)}.`,
  );
}

export class Kit implements TestKit {
  readonly #controls: Controls;

  constructor(controls: Controls) {
    this.#controls = controls;
  }

  async reset(options: ResetOptions = {}): Promise<void> {
    await this.#controls.reset(options);
  }

  now(): Promise<number> {
    return this.#controls.now();
  }

  async advance(time: TimeSpan): Promise<number> {
    return this.#controls.advance(msOf(time));
  }

  async counts(queue: QueueRef): Promise<SeenCounts> {
    return this.#controls.counts(queueKeyOf(queue));
  }

  async messages(queue: QueueRef, limit = LIMIT_DEFAULT): Promise<readonly SeenMessage[]> {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new SluiceError("InvalidParameterValue", `limit is 1 or more messages, not ${limit}.`);
    }
    return this.#controls.messages(queueKeyOf(queue), limit);
  }

  async waitForEmpty(queue: QueueRef, options: WaitOptions = {}): Promise<void> {
    const key = queueKeyOf(queue);
    const look = async () => (total(await this.#controls.counts(key)) === 0 ? true : undefined);
    if ((await lookUntil(look, options)) !== undefined) return;
    await this.#failNotEmpty("waitForEmpty", key);
  }

  async expectEmpty(queue: QueueRef): Promise<void> {
    const key = queueKeyOf(queue);
    if (total(await this.#controls.counts(key)) > 0) await this.#failNotEmpty("expectEmpty", key);
  }

  async expectCounts(queue: QueueRef, expected: Partial<SeenCounts>): Promise<void> {
    const key = queueKeyOf(queue);
    const names = ["visible", "inFlight", "delayed"] as const;
    const unknown = Object.keys(expected).find((name) => !names.some((one) => one === name));
    if (unknown !== undefined) {
      const text = `expectCounts counts ${names.join(", ")}; it knows no ${unknown}.`;
      throw new SluiceError("InvalidParameterValue", text);
    }
    const counts = await this.#controls.counts(key);
    const wrong = names.filter(
      (name) => expected[name] !== undefined && expected[name] !== counts[name],
    );
    if (wrong.length === 0) return;
    const lines = wrong.map(
      (name) => `  ${name}: expected ${expected[name]}, found ${counts[name]}`,
    );
    const list = await this.#list(key, total(counts));
    const text = `expectCounts: ${key.name} has other counts.\n${lines.join("\n")}${list}`;
    throw new ExpectationError(text, { ...counts, ...expected }, counts);
  }

  async expectMessage(
    queue: QueueRef,
    matcher: Matcher,
    options: WaitOptions = {},
  ): Promise<SeenMessage> {
    return this.#expect(
      "expectMessage",
      queueKeyOf(queue),
      checkOf(matcher, "expectMessage"),
      options,
    );
  }

  async expectNoMessage(queue: QueueRef, matcher: Matcher): Promise<void> {
    const key = queueKeyOf(queue);
    const check = checkOf(matcher, "expectNoMessage");
    const messages = await this.#controls.messages(key, LOOK_MAX);
    const matching = messages.filter((message) => check.differences(message).length === 0);
    if (matching.length === 0) return;
    const text = `expectNoMessage: ${key.name} has ${matching.length} that match ${check.text}.`;
    throw new ExpectationError(`${text}\n${shownMessages(matching)}`, [], matching);
  }

  async expectMessages(
    queue: QueueRef,
    matchers: readonly Matcher[],
    options: WaitOptions = {},
  ): Promise<void> {
    const key = queueKeyOf(queue);
    const checks = matchers.map((matcher) => checkOf(matcher, "expectMessages"));
    const { isFifo } = await this.#controls.describe(key);
    let messages: readonly SeenMessage[] = [];
    const look = async () => {
      messages = await this.#controls.messages(key, LOOK_MAX);
      return matchAll(checks, messages, isFifo).length === 0 ? true : undefined;
    };
    if ((await lookUntil(look, options)) !== undefined) return;
    const lines = matchAll(checks, messages, isFifo).map((line) => `  ${line}`);
    const order = isFifo ? ", in order" : "";
    const text =
      `expectMessages: ${key.name} should have ${checks.length} messages${order}, and has ` +
      `${messages.length}.\n${lines.join("\n")}`;
    throw new ExpectationError(
      `${text}\nIt has:\n${shownMessages(messages)}`,
      checks.map((check) => check.text),
      messages.map(({ body }) => body),
    );
  }

  async expectDeadLetter(
    queue: QueueRef,
    matcher: Matcher,
    options: WaitOptions = {},
  ): Promise<SeenMessage> {
    const { name, arn, deadLetterQueue } = await this.#controls.describe(queueKeyOf(queue));
    if (deadLetterQueue === undefined) {
      const text = `${name} has no dead-letter queue: its redrivePolicy names none that is there.`;
      throw new SluiceError("InvalidParameterValue", text, { queue: name });
    }
    const check = checkOf(matcher, "expectDeadLetter");
    const ofSource: Check = {
      text: `${check.text} from ${name}`,
      differences: (message) => {
        const found = message.deadLetterQueueSourceArn;
        const differences = check.differences(message);
        if (found === arn) return differences;
        const source = { path: "deadLetterQueueSourceArn", expected: arn, found: shown(found) };
        return [...differences, source];
      },
    };
    return this.#expect("expectDeadLetter", deadLetterQueue, ofSource, options);
  }

  async spy(): Promise<Spy> {
    await this.#controls.startSpy();
    return new KitSpy(this.#controls);
  }

  async fault(rule: FaultRule): Promise<Fault> {
    const controls = this.#controls;
    const id = await controls.addFault(rule);
    return {
      id,
      hits: async () => (await controls.faults()).find((fault) => fault.id === id)?.hits ?? 0,
      remove: () => controls.removeFaults(id),
    };
  }

  faults(): Promise<readonly FaultState[]> {
    return this.#controls.faults();
  }

  clearFaults(): Promise<void> {
    return this.#controls.removeFaults();
  }

  async endVisibility(queue: QueueRef, messageId?: string): Promise<number> {
    return this.#controls.endVisibility({ queue: queueKeyOf(queue), messageId });
  }

  async endRetention(queue: QueueRef): Promise<number> {
    return this.#controls.endRetention(queueKeyOf(queue));
  }

  async deadLetter(queue: QueueRef, messageId?: string): Promise<number> {
    return this.#controls.deadLetter({ queue: queueKeyOf(queue), messageId });
  }

  async close(): Promise<void> {
    await this.#controls.removeFaults();
    await this.#controls.stopSpy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #expect(
    call: string,
    key: QueueKey,
    check: Check,
    options: WaitOptions,
  ): Promise<SeenMessage> {
    let messages: readonly SeenMessage[] = [];
    const look = async () => {
      messages = await this.#controls.messages(key, LOOK_MAX);
      return messages.find((message) => check.differences(message).length === 0);
    };
    const found = await lookUntil(look, options);
    if (found !== undefined) return found;
    throw noMatch(call, key, check, messages);
  }

  async #failNotEmpty(call: string, key: QueueKey): Promise<never> {
    const counts = await this.#controls.counts(key);
    const list = await this.#list(key, total(counts));
    const text = `${call}: ${key.name} is not empty: ${shownCounts(counts)}.${list}`;
    throw new ExpectationError(text, { visible: 0, inFlight: 0, delayed: 0 }, counts);
  }

  async #list(key: QueueKey, count: number): Promise<string> {
    const messages = await this.#controls.messages(key, LIMIT_DEFAULT);
    return messages.length === 0
      ? ""
      : `\n${shownMessages(messages, Math.max(count, messages.length))}`;
  }
}

function shownDifferences(differences: readonly Difference[]): string {
  return differences
    .map(({ path, expected, found }) =>
      path === "" ? `  expected ${expected}` : `  ${path}: expected ${expected}, found ${found}`,
    )
    .join("\n");
}

function noMatch(
  call: string,
  key: QueueKey,
  check: Check,
  messages: readonly SeenMessage[],
): ExpectationError {
  const none = `${call}: no message in ${key.name} matches ${check.text}.`;
  if (messages.length === 0)
    return new ExpectationError(`${none}\nThe queue is empty.`, check.text, []);
  const [nearest] = messages
    .map((message) => ({ message, differences: check.differences(message) }))
    .sort((one, other) => one.differences.length - other.differences.length);
  const text =
    `${none}\nThe nearest of ${messages.length}, ${nearest?.message.messageId}, differs:\n` +
    `${shownDifferences(nearest?.differences ?? [])}\nIn the queue:\n${shownMessages(messages)}`;
  return new ExpectationError(
    text,
    check.text,
    messages.map(({ body }) => body),
  );
}

/** What is wrong, a line each; none where each check has a message of its own and none is left over. */
function matchAll(
  checks: readonly Check[],
  messages: readonly SeenMessage[],
  isInOrder: boolean,
): string[] {
  const owner: (number | undefined)[] = new Array(messages.length).fill(undefined);
  const fits = (check: number, message: number): boolean =>
    (!isInOrder || check === message) &&
    checks[check]?.differences(messages[message] as SeenMessage).length === 0;
  // A check may have taken a message that another one needs, and find another one (augmenting paths).
  const place = (check: number, seen: Set<number>): boolean =>
    messages.some((_, message) => {
      if (seen.has(message) || !fits(check, message)) return false;
      seen.add(message);
      const taken = owner[message];
      if (taken !== undefined && !place(taken, seen)) return false;
      owner[message] = check;
      return true;
    });
  const missing = checks.filter((_, check) => !place(check, new Set()));
  const left = messages.filter((_, message) => owner[message] === undefined);
  return [
    ...missing.map(({ text }) => `expected and missing: ${text}`),
    ...left.map(({ messageId, body }) => `there and not expected: ${messageId}: ${shown(body)}`),
  ];
}
