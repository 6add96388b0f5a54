/**
 * A result in one line that a manager reads: whether the consumers keep up, how long a message waits,
 * what is lost, what a month costs. Pure.
 */
import { duration, inWords, quantity } from "../../report/words.ts";
import { isHeldBack } from "../instabilities.ts";
import type { SimulationResult } from "../simulationResult.ts";

type Judged = Omit<SimulationResult, "verdict">;

/** From here on a fleet has nothing to spare. */
const busyShare = 0.9;

export function verdictOf(result: Judged): string {
  const parts = [
    stability(result),
    endless(result),
    quotas(result),
    scaling(result),
    refusals(result),
    waits(result),
    losses(result),
  ];
  const cost = `About ${quantity(result.cost.monthUsd, "USD")} a month.`;
  const all = [...parts, cost].filter((part) => part !== undefined).join(" ");
  if (result.isComplete) return all;
  return `Interrupted, so this is the result so far: ${all}`;
}

function stability({ load, consumers }: Judged): string {
  const growing = load.filter((queue) => queue.load > 1 + 1e-9);
  if (growing.length > 0) {
    const how = growing.map(
      ({ queue, growsPerSecond }) =>
        `${queue} grows by ${inWords(growsPerSecond)} messages a second`,
    );
    return `The consumers can't keep up: ${how.join(", ")}.`;
  }
  const busiest = Object.entries(consumers)
    .map(([name, { utilisation }]) => ({ name, share: utilisation ?? 0 }))
    .sort((one, other) => other.share - one.share)[0];
  if (busiest === undefined) return "Nobody takes messages.";
  const share = quantity(Math.round(busiest.share * 1_000) / 10, "%");
  const spare = busiest.share >= busyShare ? ", with little to spare" : "";
  return `The consumers keep up: ${busiest.name} are busy ${share} of the time${spare}.`;
}

/** Of poison that goes round. */
function endless({ load }: Judged): string | undefined {
  const said = load
    .filter(({ endlessPerSecond }) => endlessPerSecond > 0)
    .map(
      ({ queue, endlessPerSecond }) =>
        `Poison comes back to ${queue} again and again, and ${inWords(endlessPerSecond)} messages a second more.`,
    );
  return said.length === 0 ? undefined : said.join(" ");
}

/** Of FIFO queues that were asked more often than their quota lets them be. */
function quotas({ queues, load, producers, consumers }: Judged): string | undefined {
  const said = Object.entries(queues).flatMap(([name, { api }]) => {
    const refused = totalOf(api.throttled);
    if (api.quotaPerSecond === null || refused === 0) return [];
    const asked = refused + totalOf(api.calls);
    return [
      `The FIFO quota of ${inWords(api.quotaPerSecond)} calls a second is reached: ${name} refuses ${share(refused, asked)} of its calls, which are made again.`,
    ];
  });
  const held = load
    .filter(isHeldBack)
    .map(
      ({ queue, unsentPerSecond }) =>
        `What waits to be sent to ${queue} grows by ${inWords(unsentPerSecond)} messages a second.`,
    );
  const waiting = Object.entries(producers).flatMap(([name, { sendWaitSeconds }]) => {
    const most = sendWaitSeconds?.max ?? 0;
    return most > 0 ? [`Messages of ${name} wait up to ${duration(most)} to be sent.`] : [];
  });
  const unsent = [...Object.values(producers), ...Object.values(consumers)].reduce(
    (sum, one) => sum + one.unsent,
    0,
  );
  const left = unsent > 0 ? [`${inWords(unsent)} messages were not sent by the end.`] : [];
  return said.length === 0 ? undefined : [...said, ...waiting, ...held, ...left].join(" ");
}

function totalOf(calls: Readonly<Record<string, number>>): number {
  return Object.values(calls).reduce((sum, one) => sum + one, 0);
}

/** Of fleets whose number changed. */
function scaling({ consumers }: Judged): string | undefined {
  const said = Object.entries(consumers).flatMap(([name, { processes, scaling: changes }]) => {
    if (changes.out + changes.in + changes.killed === 0) return [];
    const many = `There are ${inWords(processes.mean ?? 0)} ${name} in the mean, ${inWords(processes.max)} at most.`;
    if (changes.abandoned === 0) return [many];
    return [
      many,
      `${inWords(changes.abandoned)} messages were in hands of ${name} that were ended.`,
    ];
  });
  return said.length === 0 ? undefined : said.join(" ");
}

/** Of resources that had no place, where handlings fail for that. */
function refusals({ resources }: Judged): string | undefined {
  const said = Object.entries(resources)
    .filter(([, { refused }]) => refused > 0)
    .map(
      ([name, { attempts, refused }]) =>
        `${name} refuses ${share(refused, attempts)} of what asks for it`,
    );
  return said.length === 0 ? undefined : `${said.join(", ")}.`;
}

/** Of the queue whose messages wait longest. */
function waits({ queues }: Judged): string | undefined {
  const slowest = Object.entries(queues)
    .flatMap(([name, { waitSeconds }]) => {
      const { mean, p99, halfWidth } = waitSeconds;
      return mean === null || p99 === null ? [] : [{ name, mean, p99, halfWidth }];
    })
    .sort((one, other) => other.p99 - one.p99)[0];
  if (slowest === undefined) return undefined;
  const { name, mean, p99, halfWidth } = slowest;
  const give = halfWidth === null ? "" : ` (±${duration(halfWidth)})`;
  return `A message in ${name} waits ${duration(mean)}${give}, 99 of 100 at most ${duration(p99)}.`;
}

function losses({ queues }: Judged): string | undefined {
  let [dead, expired, sent] = [0, 0, 0];
  for (const queue of Object.values(queues)) {
    dead += queue.deadLettered;
    expired += queue.expired;
    sent += queue.sent + queue.initial;
  }
  const said = [
    ...(dead > 0 ? [`${share(dead, sent)} became dead letters`] : []),
    ...(expired > 0 ? [`${share(expired, sent)} expired`] : []),
  ];
  return said.length === 0 ? undefined : `Of all messages ${said.join(" and ")}.`;
}

function share(part: number, all: number): string {
  return quantity(Number(((100 * part) / all).toPrecision(3)), "%");
}
