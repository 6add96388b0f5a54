/** Which of two scenarios is better, and by how much, in words. Pure. */
import { bare, quantity } from "../../report/words.ts";
import { shownNumber } from "../questions/figures.ts";
import type { Comparison, Difference } from "../questions/types.ts";

type Judged = Omit<Comparison, "verdict" | "results">;

/** More than that nobody reads. */
const namedMax = 4;

export function comparisonVerdict(comparison: Judged): string {
  const { a, b, differences, isComplete } = comparison;
  const better = (which: "a" | "b") => differences.filter((one) => one.better === which);
  const [ofA, ofB] = [better("a"), better("b")];
  const head = isComplete ? "" : "Interrupted, so this is of the runs that were done: ";
  if (ofA.length + ofB.length === 0) return `${head}${unseen(comparison)}`;
  const [winner, won, lost] =
    ofB.length >= ofA.length ? ([b, ofB, ofA] as const) : ([a, ofA, ofB] as const);
  const rest = differences.filter((one) => one.less === null).map(({ label }) => label);
  const parts = [
    `${winner} is better${lost.length > 0 ? ` in ${won.length} results and worse in ${lost.length}` : ""}: ${listOf(won)}`,
    ...(lost.length > 0 ? [`but worse: ${listOf(lost, true)}`] : []),
  ];
  const equal = rest.length === 0 ? "" : ` No difference to be seen in ${rest.join(", ")}.`;
  return `${head}${parts.join("; ")}.${equal}`;
}

/** How large a difference would have shown. */
function unseen({ differences, replications }: Judged): string {
  const first = differences.find((one) => one.jointHalfWidth !== null && (one.a ?? 0) > 0);
  const head = `No difference to be seen, in any of ${differences.length} results and ${replications} runs each.`;
  if (first === undefined) return head;
  const half = first.jointHalfWidth as number;
  if (half === 0) return `${head} They are the same, run by run.`;
  const share = quantity(Number(((100 * half) / (first.a as number)).toPrecision(2)), "%");
  return `${head} That of ${first.label} is known to ±${amount(half, first)} (${share}); more replications show less.`;
}

function listOf(differences: readonly Difference[], isLost = false): string {
  const said = differences.slice(0, namedMax).map((one) => inWordsOf(one, isLost));
  const more = differences.length - said.length;
  return `${said.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

/** `wait 120 ms less (−9.1 % of 1.32 s, ±30 ms)`. */
function inWordsOf(one: Difference, isLost: boolean): string {
  const { difference, a, jointHalfWidth, label } = one;
  const apart = Math.abs(difference ?? 0);
  const way = one.less === "b" ? "less" : "more";
  // Said of the one that is better in most: of what is bad it has less, and more where it lost.
  const than = (one.better === "a") === isLost ? a : one.b;
  const share =
    than === null || than === 0
      ? ""
      : `${quantity(Number(((100 * apart) / Math.abs(than)).toPrecision(2)), "%")} of ${amount(than, one)}, `;
  const better = isLost ? "more" : "less";
  const said = one.better === null ? way : better;
  return `${label} ${amount(apart, one)} ${said} (${share}±${amount(jointHalfWidth ?? 0, one)})`;
}

function amount(value: number, one: Difference): string {
  const shown = shownNumber(value, one) ?? 0;
  return bare(Number(shown.toPrecision(3)), one.unit, "full");
}
