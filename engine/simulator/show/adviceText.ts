/** Advice as a verdict, as tables, and as YAML that can be pasted into a scenario. Pure. */
import { stringify } from "yaml";
import type { PageContent } from "../../report/content.ts";
import type { Cell, Table } from "../../report/table.ts";
import { duration, quantity } from "../../report/words.ts";
import { withValues } from "../questions/fields.ts";
import { boundOf, goalText } from "../questions/goals.ts";
import type { Advice, AdvisedField, GoalResult } from "../questions/types.ts";
import type { Scenario } from "../scenario/types.ts";

type Judged = Omit<Advice, "verdict">;

export function changedFields({ fields }: Judged): AdvisedField[] {
  return fields.filter(({ from, to }) => from !== to);
}

export function adviceVerdict(advice: Judged): string {
  const { isMet, isComplete, fleet, monthUsd, before, simulated, obstacles, fields } = advice;
  const head = isComplete ? "" : "Interrupted, so this is the best of what was simulated: ";
  if (!isMet) {
    const why = obstacles.length === 0 ? ["Nothing was found that does."] : obstacles;
    return `${head}The goals can't be met. ${why.join(" ")}`;
  }
  const count = fields.find(({ knob }) => knob === "count")?.to;
  const changed = changedFields(advice);
  const many = count === undefined ? `The ${fleet}` : `${count} ${fleet}`;
  const cost = monthUsd === null ? "" : ` for ${quantity(monthUsd, "USD")} a month`;
  const than =
    before === null
      ? ""
      : ` (as it is: ${quantity(before.monthUsd, "USD")}, ${metText(before.goals)})`;
  const what =
    changed.length === 0
      ? " Nothing is to be changed."
      : ` To be changed: ${changed.map(({ path, to }) => `${path} ${to}`).join(", ")}.`;
  return `${head}${many} meet the goals${cost}${than}, proved by simulation (${simulated} variants).${what}`;
}

function metText(goals: readonly GoalResult[]): string {
  const missed = goals.filter(({ isMet }) => !isMet).length;
  return missed === 0 ? "which meets them, too" : `which misses ${missed} of ${goals.length}`;
}

function valueCell({ goal, value }: Pick<GoalResult, "goal" | "value">): Cell {
  if (value === null) return null;
  return "seconds" in goal ? duration(value) : quantity(Number((100 * value).toPrecision(3)), "%");
}

export function goalsTable({ goals, before }: Advice): Table {
  const right = { align: "right" } as const;
  return {
    caption: "Goals, simulated",
    columns: [
      { label: "goal" },
      { label: "as it is", ...right },
      { label: "as advised", ...right },
      { label: "interval ends at", ...right },
      { label: "at most", ...right },
      { label: "" },
    ],
    rows: goals.map((result, index): Cell[] => [
      goalText(result.goal),
      before?.goals[index] === undefined ? null : valueCell(before.goals[index]),
      valueCell(result),
      valueCell({ ...result, value: result.upTo }),
      valueCell({ ...result, value: boundOf(result.goal) }),
      result.isMet ? "met" : "missed",
    ]),
  };
}

export function fieldsTable({ fields }: Advice): Table {
  return {
    caption: "Fields",
    columns: [
      { label: "field" },
      { label: "is", align: "right" },
      { label: "advised", align: "right" },
    ],
    rows: fields.map(({ path, from, to }) => [path, String(from), String(to)]),
  };
}

export function adviceTables(advice: Advice): Table[] {
  const { fields } = advice;
  return [goalsTable(advice), ...(fields.length === 0 ? [] : [fieldsTable(advice)])];
}

/** Why each field is to be so. */
export function reasonLines({ fields }: Advice): string[] {
  return fields.map(({ path, to, reason }) => `${path} ${to}: ${reason}`);
}

/** The fields that change, as a scenario has them; empty where none do. */
export function changesYaml(advice: Advice): string {
  const changed = changedFields(advice);
  if (changed.length === 0) return "";
  const values = Object.fromEntries(changed.map(({ path, to }) => [path, to]));
  const bare: Partial<Scenario> = namesOnly(advice.scenario);
  return stringify(pruned(withValues(bare as Scenario, values)));
}

/** Queues and consumers by their names, which paths need. */
function namesOnly({ queues, consumers = {} }: Scenario): Partial<Scenario> {
  const empty = (map: object) => Object.fromEntries(Object.keys(map).map((name) => [name, {}]));
  return {
    queues: empty(queues),
    consumers: empty(consumers) as NonNullable<Scenario["consumers"]>,
  };
}

function pruned(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value)
    .map(([name, inner]) => [name, pruned(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** What `page` of engine/report makes a page of. */
export function adviceContent(advice: Advice): PageContent {
  const { title, fleet, queue, seed, simulated, replications, isComplete } = advice;
  const { fields, verdict } = advice;
  return {
    title: `${title ?? "A scenario"}: advice`,
    lead: verdict,
    environment: [
      ["consumers", `${fleet} of ${queue}`],
      ["seed", String(seed)],
      ["variants simulated", String(simulated)],
      ["runs of each", String(replications)],
      ["complete", isComplete ? "yes" : "no, it was interrupted"],
    ],
    sections: [
      { heading: "Goals", table: goalsTable(advice) },
      ...(fields.length === 0
        ? []
        : [
            { heading: "Fields", table: fieldsTable(advice) },
            ...advice.fields.map(({ path, to, reason }) => ({
              heading: `${path}: ${to}`,
              text: reason,
            })),
          ]),
      ...(changedFields(advice).length === 0
        ? []
        : [{ heading: "To be pasted", text: changesYaml(advice) }]),
    ],
    data: advice,
  };
}
