/**
 * docs/LAMBDA.md does what it says: its programs print what it shows, and its table of options is
 * compared with the types. (Their ranges: test/lambda/options.test.ts.) Needs a build.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { membersOf, pageProject, tableOf } from "../support/pageProject.ts";

const project = pageProject("docs/LAMBDA.md", ["@aws-lambda-powertools"]);
const file = fileURLToPath(new URL("../../engine/lambda/types.ts", import.meta.url));

test("every code block has a name of its own, and is run or named by one that is", () => {
  const { names, programs, idle } = project;
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
  expect(programs.length).toBe(4);
  expect(idle).toEqual([]);
});

test.concurrent.each(project.programs)("$name prints what the page shows", async (program) => {
  const { stdout, stderr } = await project.run(program.name);
  expect(stderr).toBe("");
  expect(stdout).toBe(program.prints);
});

test("the table has every option of its own, and the page names the members of context and record", () => {
  const types = readFileSync(file, "utf8");
  const options = membersOf(types, "LambdaOptions");
  expect(options).toContain("maximumBatchingWindowInSeconds");
  expect([...tableOf(project.page, "Options").keys()]).toEqual(options);
  for (const name of ["SqsRecord", "SqsRecordAttributes", "LambdaContext"]) {
    const members = membersOf(types, name);
    expect(members.length).toBeGreaterThan(5);
    for (const member of members) expect(project.page).toContain(member);
  }
});
