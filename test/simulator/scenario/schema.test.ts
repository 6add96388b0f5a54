/**
 * The JSON Schema that ships: it is what the types say, an independent validator takes what is right by
 * it and refuses what is wrong, and what reads scenarios agrees with that validator.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Compile } from "typebox/schema";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Setting } from "../../../engine/broker/described/setting.ts";
import { numericAttributes, parameterRanges } from "../../../engine/limits.ts";
import { Checker } from "../../../engine/simulator/scenario/check.ts";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import { type SchemaNode, scenarioSchema } from "../../../engine/simulator/scenario/schema.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { full } from "./full.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const schema = scenarioSchema();
const validator = Compile(schema as Record<string, unknown>);
const folder = mkdtempSync(join(tmpdir(), "sluice-schema-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const queues = { work: {} };
const producers = { web: { queue: "work", arrivals: { poisson: { perSecond: 1 } } } };
const small = { horizon: { messages: 10 }, queues, producers } satisfies Scenario;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Every copy of a value in which one thing is wrong: a value is another one, or a name is not known. */
function* spoilt(value: Json, path: readonly string[] = []): Generator<[string, Json]> {
  for (const wrong of [null, true, -1, 0.5, 1e15, "1 s", [], {}, [1], { zzz: 1 }] as Json[]) {
    yield [`${path.join(".")} = ${JSON.stringify(wrong)}`, wrong];
  }
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      for (const [what, changed] of spoilt(inner, [...path, String(index)])) {
        yield [what, value.toSpliced(index, 1, changed)];
      }
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const { [name]: _, ...others } = value;
      yield [`without ${[...path, name].join(".")}`, others];
      for (const [what, changed] of spoilt(inner, [...path, name])) {
        yield [what, { ...value, [name]: changed }];
      }
    }
  }
}

/** Scenarios with one thing wrong in a producer, in a fleet, or in the rest. */
function* wrongScenarios(): Generator<[string, Json]> {
  const { producers: senders, consumers: fleets, ...rest } = full;
  const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
  const around = { horizon: { messages: 10 }, queues: {} };
  for (const sender of Object.values(senders)) {
    for (const [what, wrong] of spoilt(plain(sender))) {
      yield [what, { ...around, producers: { web: wrong } }];
    }
  }
  for (const fleet of Object.values(fleets)) {
    for (const [what, wrong] of spoilt(plain(fleet))) {
      yield [what, { ...around, consumers: { workers: wrong } }];
    }
  }
  yield* spoilt(plain({ ...rest, queues: {} }));
}

describe("the schema of scenarios", () => {
  test("is what scripts/scenarioSchema.mjs makes of the types", () => {
    const script = join(root, "scripts", "scenarioSchema.mjs");
    const made = execFileSync(process.execPath, [script, "--print"], { encoding: "utf8" });
    expect(JSON.stringify(JSON.parse(made))).toBe(JSON.stringify(schema));
  });

  test("has the ranges of limits.ts", () => {
    const attributes = schema.definitions?.QueueAttributes?.properties ?? {};
    for (const [name, { min, max }] of Object.entries(numericAttributes)) {
      const wire = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      expect(attributes[wire], wire).toMatchObject({ minimum: min, maximum: max });
    }
    const properties = (type: string): Readonly<Record<string, SchemaNode>> =>
      schema.definitions?.[type]?.properties ?? {};
    const same: [SchemaNode | undefined, { min: number; max: number }][] = [
      [properties("RedrivePolicy").maxReceiveCount, parameterRanges.maxReceiveCount],
      [properties("Fleet").batch, parameterRanges.maxNumberOfMessages],
      [properties("Fleet").waitTimeSeconds, parameterRanges.waitTimeSeconds],
      [properties("Fleet").visibilityTimeout, parameterRanges.visibilityTimeout],
      [properties("Producer").delaySeconds, parameterRanges.delaySeconds],
    ];
    for (const [node, { min, max }] of same) {
      expect(node).toMatchObject({ type: "integer", minimum: min, maximum: max });
    }
  });

  test("says of every field what it is", () => {
    const bare = Object.entries(schema.definitions ?? {}).flatMap(([type, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, node]) => node.description === undefined && node.$ref === undefined)
        .map(([name]) => `${type}.${name}`),
    );
    // Words of AWS's, and laws, whose types say it.
    expect(
      bare.filter((name) => !/Law\.|Arrivals\.|Groups\.|Sizes\.|\.[A-Z]|Redrive/.test(name)),
    ).toEqual([]);
  });

  test("takes a scenario that has all there is, and so does what reads it", async () => {
    expect(validator.Errors(full)).toEqual([true, []]);
    const plan = await readScenario(full);
    expect(plan.producers).toHaveLength(Object.keys(full.producers).length);
  });

  test("takes every example, whose first line names it", async () => {
    const all = readdirSync(join(root, "examples", "scenarios"));
    const examples = all.filter((name) => name.endsWith(".yaml"));
    expect(examples.length).toBeGreaterThan(0);
    for (const name of examples) {
      const file = join(root, "examples", "scenarios", name);
      const text = readFileSync(file, "utf8");
      const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
      expect(named, name).toBe("../../dist/engine/simulator/scenario/scenario.schema.json");
      expect(validator.Errors(parse(text)), name).toEqual([true, []]);
      await readScenario(file);
    }
  });

  test.each([
    ["a field that is not there", { ...small, sed: 1 }],
    ["a horizon that is missing", { queues, producers }],
    [
      "a law that is not there",
      {
        ...small,
        consumers: { a: { queue: "work", count: 1, service: { normal: { meanSeconds: 1 } } } },
      },
    ],
    [
      "a law without its parameter",
      { ...small, producers: { web: { queue: "work", arrivals: { poisson: {} } } } },
    ],
    ["an attribute that is not there", { ...small, queues: { work: { visibilityTimeout: 3 } } }],
  ])("refuses %s", (_, scenario) => expect(validator.Check(scenario)).toBe(false));

  test("agrees with what reads scenarios, whatever single thing is wrong", () => {
    const differing: string[] = [];
    let [taken, refused] = [0, 0];
    for (const [what, scenario] of wrongScenarios()) {
      // Texts are read from any value: a queue may be called 5.
      if (/(queue|uses|title|\$schema|file|olumn|trace\.metric|timeZone|\.from|\.to) = /.test(what))
        continue;
      const checker = new Checker();
      checker.read(Setting.of(scenario, "scenario"), schema);
      const isTaken = checker.mistakes.length === 0;
      if (isTaken) taken++;
      else refused++;
      if (validator.Check(scenario) !== isTaken) differing.push(what);
    }
    expect(differing).toEqual([]);
    expect(taken).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(1_000);
  });
});
