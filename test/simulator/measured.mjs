/**
 * Makes the table of measured errors in docs/SIMULATION.md: runs the tests of the formulas, has them write
 * down what they compare (near.ts), and takes a line of the table from each. Needs `npm run build`.
 *
 *     node test/simulator/measured.mjs            writes the table
 *     node test/simulator/measured.mjs --check    only says whether it is what the document has
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "docs", "SIMULATION.md");
const tests = ["waiting", "redelivery", "flows", "plain"].map(
  (name) => `test/simulator/${name}.test.ts`,
);

const again = "the same";
const plain = "an event-list program";

/** Row of the formulas, what it is, its formula, how its test's name ends, and which of its comparisons. */
const rows = [
  [1, "M/M/1, load 0.8: mean wait", "rho/(mu-lambda)", "row 1: M/M/1", 0],
  [1, "99 of 100 wait no longer than", "ln(100 rho)/(mu-lambda)", "row 1: M/M/1", 1],
  [2, "M/M/1: age of the oldest", "rho/(mu-lambda)", "oldest that is visible", 0],
  [2, "of the oldest that is visible", "rho²/(mu-lambda)", "oldest that is visible", 1],
  [
    3,
    "M/M/4, load 0.9: mean wait",
    "C/(c·mu-lambda), C of Erlang",
    "row 3: 4 consumers, 3.6 a second",
    0,
  ],
  [3, "M/M/10, load 0.8: mean wait", again, "row 3: 10 consumers, 80 a second", 0],
  [3, "M/M/100, load 0.95: mean wait", again, "row 3: 100 consumers, 95 a second", 0],
  [
    4,
    "M/M/4: age of the oldest that is visible",
    "C·rho/(c·mu-lambda)",
    "row 4: the age of the oldest that is visible",
    0,
  ],
  [5, "M/D/1, load 0.8: mean wait", "rho/(2mu(1-rho))", "deterministic (row 5)", 0],
  [6, "M/E2/1", "rho(1+cs²)/(2mu(1-rho))", "Erlang of 2 stages (row 6)", 0],
  [6, "lognormal, cv 2", again, "lognormal, twice as wide (row 6)", 0],
  [6, "Pareto, shape 5", again, "Pareto of shape 5 (row 6)", 0],
  [
    6,
    "Pareto, shape 2.5: 9 of 10 wait no longer than",
    "Pollaczek and Khinchine's distribution",
    "distribution of its wait (row 6)",
    1,
  ],
  [
    7,
    "D/M/1, load 0.8",
    "sigma/(mu(1-sigma)), sigma=e^(-mu(1-sigma)/lambda)",
    "row 7: even arrivals, D/M/1",
    0,
  ],
  [8, "ten sent at a moment", "L/lambda-1/mu, L=rho(b²+b)/(2b(1-rho))", "row 8: ten at a time", 0],
  [
    9,
    "up to ten in one handling: depth",
    "P0·r/(1-r)², r the root of mu·r^(b+1)-(lambda+mu)r+lambda",
    "row 9: up to ten in one handling",
    0,
  ],
  [10, "ten FIFO groups: sojourn", "1/(mu-lambda/10)", "each a queue of its own", 0],
  [
    11,
    "bursts into one consumer: mean wait",
    plain,
    "row 11: Kingman, bursts into one consumer",
    0,
  ],
  [12, "bursts into ten consumers", plain, "ten consumers at load 0.9, bursts", 0],
  [13, "M/M/1/10, load 1.2: refused", "(1-rho)rho^K/(1-rho^(K+1))", "load 1.2", 0],
  [
    14,
    "not begun in time: lost",
    "(1-rho)rho·e^(-(mu-lambda)t)/(1-rho²e^(-(mu-lambda)t))",
    "0.06666666666666667 a second",
    0,
  ],
  [
    15,
    "handling outlasts the timeout, exponential",
    "e^(-T/s)",
    "exponential, mean 10 s (row 15)",
    0,
  ],
  [16, "the same, lognormal, cv 1", "1-Phi((ln T-m)/sigma)", "> lognormal (row 16)", 0],
  [
    17,
    "receives of a message, stale receipt deletes",
    "sum of d^(k(k+1)/2)",
    "Standard: a stale receipt deletes, timeout 10 s",
    0,
  ],
  [
    18,
    "of ten in a row, those that expire",
    "mean over j of P(Erlang(j,s)>T)",
    "mean handling 3 s",
    0,
  ],
  [19, "dead letters, p=0.5, m=3", "p^m", "0.5 fail, 3 receives at the most", 0],
  [19, "receives of a message", "(1-p^m)/(1-p)", "0.5 fail, 3 receives at the most", 1],
  [
    20,
    "delay by crashes, p=0.1, m=3",
    "T·E[failures given success]",
    "the timeout of 30 s ran, 0.1",
    0,
  ],
  [
    21,
    "delay by a pause that doubles",
    "sum of p^k(1-p)b(2^k-1)/(1-p^m)",
    "row 21: a pause that doubles",
    0,
  ],
  [22, "empty long polls", "e^(-lambda·W)", "and one message in 20 s", 0],
  [
    23,
    "short polls, a second apart: mean wait",
    plain,
    "row 23: short polls, a second apart, at low load",
    0,
  ],
  [24, "delayed messages", "lambda·d", "a delay queue holds a Poisson number", 0],
  [25, "in flight", "lambda·E[min(S,T)]", "row 25: in flight, by Little", 0],
  [
    27,
    "a sine, everybody served: greatest",
    "lambda·s(1+A/√(1+w²s²))",
    "row 27: a rate like a sine, everybody is served",
    0,
  ],
  [
    28,
    "MMPP-2 in 100 s: variance by mean",
    "1+(I-1)(1-(1-e^(-th·t))/(th·t))",
    "how many come in 100 s: mean and spread",
    1,
  ],
];

/** What the tests compare, in their order. */
function compared() {
  const folder = mkdtempSync(join(tmpdir(), "sluice-measured-"));
  try {
    const file = join(folder, "compared.ndjson");
    const words = ["--project", "stress", ...tests, "test/stress/simulator.test.ts"];
    execFileSync("npx", ["vitest", "run", "--testNamePattern", "row \\d", ...words], {
      cwd: root,
      env: { ...process.env, SLUICE_MEASURED: file },
      stdio: ["ignore", process.stderr, "inherit"],
    });
    return readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Four digits. */
function shown(value) {
  return String(Number(value.toPrecision(4)));
}

function lineOf([row, what, formula, test, place], all) {
  const one = all.filter(({ test: name }) => name.endsWith(test))[place];
  if (one === undefined)
    throw new Error(`No test that ends in "${test}" compares ${place + 1} times.`);
  const tenths = Math.abs(one.errors).toFixed(1);
  const sign = one.errors < 0 ? "-" : "+";
  const errors = tenths === "0.0" ? tenths : sign + tenths;
  return `| ${row} | ${what} | ${formula} | ${shown(one.exact)} | ${shown(one.simulated)} | ${errors} |`;
}

const all = compared();
const table = [
  "| | What | Formula | Exact | Simulated | Standard errors apart |",
  "|---|---|---|---:|---:|---:|",
  ...rows.map((row) => lineOf(row, all)),
].join("\n");
const text = readFileSync(page, "utf8");
const old = /^\| \| What \| Formula(?:.*\n)(?:\|.*\n)+/m.exec(text)?.[0].trimEnd();
if (old === undefined) throw new Error("docs/SIMULATION.md has no table of errors.");
if (!process.argv.includes("--check"))
  writeFileSync(
    page,
    text.replace(old, () => table),
  );
else if (old !== table) {
  process.stderr.write(`docs/SIMULATION.md has another table than\n${table}\n`);
  process.exitCode = 1;
}
