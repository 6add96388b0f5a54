/** The bench of the server: its table, and how it compares with the bare ones. */
import {
  ACTIONS,
  measureServer,
  nameOf,
  SERVERS,
  type ServerFigure,
  type ServerName,
} from "./server.ts";

function table(figures: readonly ServerFigure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const cell = (value: number | undefined, digits: number) =>
    (value?.toFixed(digits) ?? "").padStart(9);
  const lines = figures.map(
    ({ name, median, most, cpuMicrosPerRequest: cpu }) =>
      `${name.padEnd(width)} ${cell(median, 0)} ${cell(most, 0)} ${cell(cpu, 1)}`,
  );
  const head = `${"requests a second".padEnd(width)}    median      most  cpu us/r`;
  return [head, ...lines].join("\n");
}

/** How many times the bare server's rate a server has, action by action and for the three together. */
function ratios(figures: readonly ServerFigure[], server: ServerName): string {
  const rate = (name: ServerName, action: (typeof ACTIONS)[number]) =>
    figures.find((figure) => figure.name === nameOf(name, action))?.median ?? Number.NaN;
  const each = ACTIONS.map(
    (action) => `${action} ${(rate(server, action) / rate("bare", action)).toFixed(2)}`,
  );
  const seconds = (name: ServerName) =>
    ACTIONS.reduce((sum, action) => sum + 1 / rate(name, action), 0);
  const all = (seconds("bare") / seconds(server)).toFixed(2);
  return `${server}: ${all} times the bare server (${each.join(", ")})`;
}

/** Requests a second; `say` is told what is going on. */
export async function benchServer(
  isQuick: boolean,
  say: (text: string) => void,
): Promise<{ text: string; figures: readonly ServerFigure[] }> {
  const rounds = isQuick ? 51 : 201;
  const figures = await measureServer(rounds, (round) => {
    if (round % 10 === 1) say(`round ${round} of ${rounds}`);
  });
  const lines = SERVERS.filter((name) => name !== "bare").map((name) => ratios(figures, name));
  return { text: `${table(figures)}\n\n${lines.join("\n")}`, figures };
}
