/** Each piece of advice with its reason: the formula with its numbers, and what was simulated around it. Pure. */
import { bare, duration, quantity } from "../../report/words.ts";
import type { Plan, PlannedFleet, PlannedLaw } from "../scenario/plan.ts";
import { boundOf } from "./goals.ts";
import { outlasting } from "./lawTail.ts";
import { percent } from "./obstacles.ts";
import { erlangC, staffingOf, waitOf } from "./staffing.ts";
import type { Setting, Subject, Trial } from "./trials.ts";
import type { AdvisedField, Goal, GoalResult, Knob } from "./types.ts";

export interface Found {
  readonly plan: Plan;
  readonly place: number;
  readonly best: Trial;
  readonly now: Setting;
  readonly trials: readonly Trial[];
  readonly subject: Subject;
}

const knobs: readonly Knob[] = [
  "count",
  "batch",
  "waitTimeSeconds",
  "visibilityTimeout",
  "maxReceiveCount",
];

export function fieldsOf(found: Found): AdvisedField[] {
  const { subject, best, now } = found;
  return knobs.flatMap((knob): AdvisedField[] => {
    const [path, to] = [subject.paths[knob], best.setting[knob]];
    if (path === undefined || to === undefined) return [];
    return [{ path, knob, from: now[knob] ?? null, to, reason: reasonOf(knob, found) }];
  });
}

function reasonOf(knob: Knob, found: Found): string {
  switch (knob) {
    case "count":
      return countReason(found);
    case "batch":
      return batchReason(found);
    case "waitTimeSeconds":
      return waitReason(found);
    case "visibilityTimeout":
      return timeoutReason(found);
    case "maxReceiveCount":
      return receivesReason(found);
  }
}

function number(value: number): string {
  return bare(Number(value.toPrecision(3)), "", "full");
}

/** `1.2 s (its interval ends at 1.4 s)`. */
function valueText({ goal, value, upTo }: GoalResult): string {
  if (value === null) return "nothing";
  const text = (amount: number) => ("seconds" in goal ? duration(amount) : percent(amount));
  return upTo === null || upTo === value
    ? text(value)
    : `${text(value)} (its interval ends at ${text(upTo)})`;
}

/** What another trial came to, in short: the goals that it misses. */
function missText(trial: Trial | undefined): string | undefined {
  if (trial === undefined) return undefined;
  if (!trial.isStable) return "the queue grows without end";
  const missed = trial.goals.filter(({ isMet }) => !isMet);
  if (missed.length === 0) return undefined;
  return missed
    .map((one) => `${kindText(one.goal)} ${valueText(one)}, above ${boundText(one.goal)}`)
    .join(" and ");
}

function kindText(goal: Goal): string {
  const share = quantity(Number((100 * goal.share).toPrecision(6)), "%");
  if (goal.kind === "wait") return `${share} wait up to`;
  if (goal.kind === "stay") return `${share} are done within`;
  return goal.kind === "duplicates" ? "duplicates are" : "dead letters are";
}

function boundText(goal: Goal): string {
  return "seconds" in goal ? duration(boundOf(goal)) : percent(boundOf(goal));
}

function sameBut(found: Found, change: Setting): Trial | undefined {
  const wanted = { ...found.best.setting, ...change };
  return found.trials.find(({ setting }) => knobs.every((knob) => setting[knob] === wanted[knob]));
}

function countReason(found: Found): string {
  const { best, place } = found;
  const { count = 1 } = best.setting;
  const staffing = staffingOf(best.plan, place);
  const parts: string[] = [];
  if (staffing !== undefined) {
    const { perSecond, placeSeconds, erlangs, concurrency } = staffing;
    const servers = count * concurrency;
    parts.push(
      `${number(perSecond)} messages a second at the peak × ${duration(placeSeconds)} of a place each keep a = ${number(erlangs)} places busy.`,
    );
    const goal = found.subject.goals.find(({ kind }) => kind === "wait" || kind === "stay");
    if (goal !== undefined && servers > erlangs) {
      const wait = waitOf(staffing, count, goal.share);
      parts.push(
        `Erlang C(${servers}, ${number(erlangs)}) = ${number(erlangC(servers, erlangs))} of the messages wait, ${percent(goal.share)} of all at most ${duration(wait)}.`,
      );
    }
  }
  parts.push(
    `Simulated with ${count}${runsText(found)}: ${best.goals.map((one) => `${kindText(one.goal)} ${valueText(one)}`).join(", ")}.`,
  );
  const fewer = missText(sameBut(found, { count: count - 1 }));
  if (fewer !== undefined) parts.push(`With ${count - 1} ${fewer}.`);
  return parts.join(" ");
}

/** By what goals are judged. */
function runsText({ subject: { replications } }: Found): string {
  return replications === 1
    ? " in one run, of which nobody knows how sure it is (replications: 4 tells)"
    : ` in ${replications} runs, judged by where their 95 % intervals end`;
}

function batchReason(found: Found): string {
  const { best, trials } = found;
  const { batch = 1 } = best.setting;
  const others = new Map<number, Trial>();
  for (const trial of trials) {
    const other = trial.setting.batch ?? 1;
    if (!trial.isMet || other === batch) continue;
    const before = others.get(other);
    if (before === undefined || isCheaper(trial, before)) others.set(other, trial);
  }
  const next = [...others.values()].sort((one, other) => (isCheaper(one, other) ? -1 : 1))[0];
  const cost = quantity(best.monthUsd, "USD");
  if (next === undefined)
    return `Receives of ${batch}: ${cost} a month; no other batch met the goals with as few processes.`;
  const { batch: size = 1, count = 1 } = next.setting;
  return `Receives of ${batch}: ${cost} a month; the next best, of ${size} with ${count} processes, ${quantity(next.monthUsd, "USD")}.`;
}

function isCheaper(one: Trial, other: Trial): boolean {
  return one.monthUsd < other.monthUsd;
}

const monthSeconds = 2_592_000;

function waitReason({ best, now }: Found): string {
  const { waitTimeSeconds: to = 0, count = 1 } = best.setting;
  const { waitTimeSeconds: from = 0 } = now;
  const calls = (seconds: number): string =>
    seconds === 0
      ? "one after another without a pause"
      : `${number((count * monthSeconds) / seconds)} a month at most`;
  const head = `An empty receive costs as much as a full one: idle processes make ${calls(to)}`;
  return from === to ? `${head}.` : `${head}, with ${from} s ${calls(from)}.`;
}

function timeoutReason(found: Found): string {
  const { best, place, plan } = found;
  const { visibilityTimeout: to = 0, batch = 1 } = best.setting;
  const fleet = { ...(plan.fleets[place] as PlannedFleet), batch };
  const { goal } = best.goals.find(({ goal: one }) => one.kind === "duplicates") ?? {};
  const share = outlasting(fleet, to);
  const parts = [
    `${formulaOf(fleet.service, batch, fleet.handler)}: of the handlings ${percent(share)} outlast ${to} s, of ${to - 1} s ${percent(outlasting(fleet, to - 1))}.`,
  ];
  const measured = best.goals.find((one) => one.goal === goal);
  if (measured !== undefined && goal !== undefined) {
    parts.push(`Simulated: duplicates are ${valueText(measured)}, allowed ${boundText(goal)}.`);
  }
  return parts.join(" ");
}

function formulaOf(law: PlannedLaw, batch: number, handler: PlannedFleet["handler"]): string {
  const own =
    law.kind === "exponential" ? `e^(-T/${number(law.meanSeconds)})` : `P(${law.kind} > T)`;
  if (batch === 1 || handler !== "one") return own;
  return law.kind === "exponential"
    ? `The mean over j = 1 to ${batch} of P(Erlang(j, ${number(law.meanSeconds)} s) > T)`
    : `The mean over j = 1 to ${batch} of P(the sum of j handlings > T)`;
}

function receivesReason({ best, place, plan }: Found): string {
  const { maxReceiveCount: m = 1 } = best.setting;
  const { probability: p, poisonShare } = (plan.fleets[place] as PlannedFleet).failure;
  const dead = p === 0 ? 0 : Math.exp(m * Math.log(p));
  const share = poisonShare + (1 - poisonShare) * dead;
  const poison = poisonShare === 0 ? "" : `${percent(poisonShare)} are poison, and `;
  const measured = best.goals.find(({ goal }) => goal.kind === "deadLetters");
  const proof =
    measured === undefined
      ? ""
      : ` Simulated: ${valueText(measured)}, allowed ${boundText(measured.goal)}.`;
  return `${poison}p^m = ${number(p)}^${m}: ${percent(share)} become dead letters.${proof}`;
}
