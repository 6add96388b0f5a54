/** What must hold of the ways that messages go in a scenario: sends and redrives. Part of rules.ts. */
import { backlogQueue, backlogsOf } from "./backlogs.ts";
import type { Fleet } from "./fleet.ts";
import type { Redrive } from "./pipeline.ts";
import { ruleMessages } from "./producerRules.ts";
import type { FindQueue, KnownQueue, Tell } from "./rule.ts";
import { listed } from "./sentences.ts";
import type { Scenario } from "./types.ts";

type Path = readonly string[];

export function ruleSends({ sends }: Fleet, find: FindQueue, path: Path, tell: Tell): void {
  for (const [index, send] of (sends ?? []).entries()) {
    const own = [...path, "sends", String(index)];
    const queue = find(send.queue, [...own, "queue"]);
    if (queue !== undefined) ruleMessages(send, queue, own, tell);
  }
}

export function ruleRedrives(
  scenario: Scenario,
  queues: readonly KnownQueue[],
  find: FindQueue,
  tell: Tell,
): void {
  for (const [index, redrive] of (scenario.redrives ?? []).entries()) {
    const path = ["redrives", String(index)];
    const from = find(redrive.from, [...path, "from"]);
    const to = redrive.to === undefined ? undefined : find(redrive.to, [...path, "to"]);
    if (redrive.atSeconds === undefined && redrive.everySeconds === undefined) {
      tell(path, "It lacks atSeconds or everySeconds, when it begins.");
    }
    if (from === undefined) continue;
    if (to !== undefined) ruleTo(redrive, from, to, path, tell);
    if (!ruleFrom(queues, from, path, tell)) continue;
    if (redrive.to === undefined) ruleHome(scenario, redrive.from, path, tell);
    ruleLoops(scenario, queues, redrive.from, path, tell);
  }
}

/** SQS moves messages out of dead-letter queues alone; whether it is one. */
function ruleFrom(
  queues: readonly KnownQueue[],
  { name }: KnownQueue,
  path: Path,
  tell: Tell,
): boolean {
  const targets = [...new Set(queues.flatMap(({ deadLetterQueue }) => deadLetterQueue ?? []))];
  if (targets.includes(name)) return true;
  const others = targets.length === 0 ? "" : `, as ${listed(targets, "and")} ${areOrIs(targets)}`;
  tell(
    [...path, "from"],
    `It is the dead-letter queue of a queue (RedrivePolicy)${others}; ${name} is none.`,
  );
  return false;
}

/** What was sent to a dead-letter queue came from no other one. */
function ruleHome(scenario: Scenario, from: string, path: Path, tell: Tell): void {
  const senders = Object.values(scenario.producers ?? {}).map(({ queue }) => queue);
  const consumers = Object.values(scenario.consumers ?? {});
  const sends = consumers.flatMap(({ sends: own }) => (own ?? []).map(({ queue }) => queue));
  const backlogs = backlogsOf(scenario).map((backlog) => backlogQueue(backlog, scenario));
  if (![...senders, ...sends, ...backlogs].includes(from)) return;
  tell(path, `It lacks to: messages that were sent to ${from} have no queue to go back to.`);
}

/** Clients go on when their message becomes a dead letter; brought back, it would let them go on again. */
function ruleLoops(
  { producers }: Scenario,
  queues: readonly KnownQueue[],
  from: string,
  path: Path,
  tell: Tell,
): void {
  const sources = queues.filter(({ deadLetterQueue }) => deadLetterQueue === from);
  for (const [name, { queue, arrivals }] of Object.entries(producers ?? {})) {
    if (!("closedLoop" in arrivals) || !sources.some((source) => source.name === queue)) continue;
    const sentence = `Clients of ${name} go on when a message becomes a dead letter, and do not wait for redrives; give it other arrivals.`;
    tell([...path, "from"], sentence);
  }
}

function areOrIs(names: readonly string[]): string {
  return names.length === 1 ? "is" : "are";
}

function ruleTo(
  { from, to }: Redrive,
  source: KnownQueue,
  target: KnownQueue,
  path: Path,
  tell: Tell,
): void {
  if (from === to) tell([...path, "to"], `It is another queue than ${from}.`);
  if (source.isFifo === target.isFifo) return;
  tell(
    [...path, "to"],
    `Messages move between queues of one kind; of ${from} and ${to}, one is FIFO.`,
  );
}
