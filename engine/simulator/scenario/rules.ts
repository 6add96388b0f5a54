/**
 * What must hold between the fields of a scenario, beyond what the schema says of each: queues that are
 * there, bounds in their order, a run that ends. Each breach is one mistake, at the field that would be
 * changed. Called when the schema found nothing wrong.
 */
import type { Setting } from "../../broker/described/setting.ts";
import type { SettingError } from "../../broker/described/settingError.ts";
import { suggestion } from "../../suggestion.ts";
import { backlogQueue, backlogsOf } from "./backlogs.ts";
import { ruleRedrives, ruleSends } from "./pipelineRules.ts";
import type { Producer } from "./producer.ts";
import { ruleArrivals, ruleLaw, ruleMessages } from "./producerRules.ts";
import { ruleResources } from "./resourceRules.ts";
import type { KnownQueue, Tell } from "./rule.ts";
import { isFunction, ruleScaling } from "./scalingRules.ts";
import { listed } from "./sentences.ts";
import type { Scenario } from "./types.ts";

/** All breaches. */
export function checkRules(
  scenario: Scenario,
  root: Setting,
  queues: readonly KnownQueue[],
): SettingError[] {
  const mistakes: SettingError[] = [];
  const tell: Tell = (path, sentence) => mistakes.push(root.at(path).error(sentence));
  checkHorizon(scenario, tell);
  checkWarmup(scenario, tell);
  checkInitial(scenario, queues, tell);
  for (const [name, producer] of Object.entries(scenario.producers ?? {})) {
    const path = ["producers", name];
    const queue = findQueue(producer.queue, queues, [...path, "queue"], tell);
    ruleArrivals(producer.arrivals, [...path, "arrivals"], tell);
    if (queue !== undefined) ruleMessages(producer, queue, path, tell);
  }
  checkConsumers(scenario, queues, tell);
  ruleResources(scenario, tell);
  ruleRedrives(scenario, queues, (name, path) => findQueue(name, queues, path, tell), tell);
  return mistakes;
}

function findQueue(
  name: string,
  queues: readonly KnownQueue[],
  path: readonly string[],
  tell: Tell,
): KnownQueue | undefined {
  const found = queues.find((queue) => queue.name === name);
  if (found !== undefined) return found;
  const names = queues.map((queue) => queue.name);
  const near = suggestion(name, names);
  const others = names.length === 0 ? "; there are none." : `; there are ${listed(names, "and")}.`;
  tell(path, `There is no queue ${name}${near || others}`);
  return undefined;
}

/** A replication ends. */
function checkHorizon({ horizon, producers }: Scenario, tell: Tell): void {
  const { messages, seconds } = horizon;
  if (seconds !== undefined) return;
  if (messages === undefined) {
    tell(["horizon"], "It lacks messages or seconds: a replication would never end.");
    return;
  }
  const senders = Object.values(producers ?? {});
  const path = ["horizon", "messages"];
  if (senders.length === 0) {
    tell(path, "There are no producers, so it would never end; give it seconds.");
  } else if (senders.every(stopsSending)) {
    tell(path, "Its producers stop sending, so it might never end; give it seconds as well.");
  }
}

/** The warm-up is a part of the horizon, and not all of it. */
function checkWarmup({ horizon, warmup }: Scenario, tell: Tell): void {
  if (warmup === undefined) return;
  const names = ["messages", "seconds"] as const;
  if (names.every((name) => warmup[name] === undefined)) {
    tell(["warmup"], "It lacks messages or seconds; leave it out where there is no warm-up.");
  }
  for (const name of names) {
    const [part, whole] = [warmup[name], horizon[name]];
    if (part === undefined || whole === undefined || part < whole) continue;
    tell(["warmup", name], `It is less than the horizon's ${whole}, which it is part of.`);
  }
}

/** Whether its rate is 0 from some time on. */
function stopsSending({ arrivals }: Producer): boolean {
  if ("step" in arrivals) return arrivals.step.thenPerSecond === 0;
  if ("ramp" in arrivals) return arrivals.ramp.thenPerSecond === 0;
  return "spike" in arrivals && arrivals.spike.perSecond === 0;
}

function checkInitial(scenario: Scenario, queues: readonly KnownQueue[], tell: Tell): void {
  const backlogs = backlogsOf(scenario);
  const seen = new Set<string>();
  for (const [index, backlog] of backlogs.entries()) {
    const path = Array.isArray(scenario.initial) ? ["initial", String(index)] : ["initial"];
    const name = backlogQueue(backlog, scenario);
    if (name === undefined) {
      const names = listed(queues.map((queue) => queue.name));
      tell(path, `It lacks queue, the name of the queue that has it: ${names}.`);
      continue;
    }
    if (backlog.queue !== undefined) findQueue(name, queues, [...path, "queue"], tell);
    if (seen.has(name)) tell(path, `${name} has a backlog already; make one of the two.`);
    seen.add(name);
  }
  const isEmpty = backlogs.length === 0 && Object.keys(scenario.producers ?? {}).length === 0;
  if (isEmpty) tell([], "It lacks producers, or initial: nothing would happen.");
}

function checkConsumers(scenario: Scenario, queues: readonly KnownQueue[], tell: Tell): void {
  const consumers = Object.entries(scenario.consumers ?? {});
  for (const [name, fleet] of consumers) {
    const path = ["consumers", name];
    const queue = findQueue(fleet.queue, queues, [...path, "queue"], tell);
    ruleLaw(fleet.service, [...path, "service"], tell);
    ruleScaling(fleet, queue?.isFifo ?? false, path, tell);
    ruleSends(fleet, (queue, at) => findQueue(queue, queues, at, tell), path, tell);
    if (fleet.partialBatches === true && fleet.handler !== "batch" && !isFunction(fleet)) {
      const sentence = "It goes with handler: batch; messages handled singly fail singly.";
      tell([...path, "partialBatches"], sentence);
    }
  }
  const { precision } = scenario.horizon;
  if (precision?.queue !== undefined) {
    findQueue(precision.queue, queues, ["horizon", "precision", "queue"], tell);
  }
  for (const [name, { queue, arrivals }] of Object.entries(scenario.producers ?? {})) {
    const isServed = consumers.some(([, fleet]) => fleet.queue === queue);
    if (!("closedLoop" in arrivals) || isServed) continue;
    const sentence = `Its clients wait until ${queue} is served, and no consumers take from it.`;
    tell(["producers", name, "arrivals", "closedLoop"], sentence);
  }
}
