/** The table of interleavings in docs/JOURNAL.md names tests that there are. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

function textOf(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

test("each interleaving has its test, by its name", () => {
  const rows = [...textOf("docs/JOURNAL.md").matchAll(/^\| .+ \| `(test\/\S+\.ts)` \| (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(20);
  for (const [, file = "", name = ""] of rows) {
    expect([file, name, textOf(file).includes(`"${name}"`)]).toEqual([file, name, true]);
  }
});
