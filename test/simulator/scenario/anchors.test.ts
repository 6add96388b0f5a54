/**
 * Scenarios whose YAML says a thing once: anchors, aliases and merge keys mean what they mean to YAML, in
 * whatever reads scenarios; those that mean nothing are told with their line.
 */
import { expect, test } from "vitest";
import { openScenario } from "../../../engine/simulator/questions/grid.ts";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import { inFile, mistakesOf } from "./mistaken.ts";

const anchored = `horizon: { messages: 10 }
queues: { one: {}, two: {} }
producers: { web: { queue: one, arrivals: { poisson: { perSecond: 1 } } } }
consumers:
  first: &fleet
    queue: one
    count: 4
    service: &law { exponential: { meanSeconds: 1 } }
  second: { <<: *fleet, queue: two, batch: 5 }
  third: { <<: [{ batch: 2, count: 9 }, *fleet], queue: two }
  fourth: { queue: two, count: 1, service: *law }
`;
const plain = {
  horizon: { messages: 10 },
  queues: { one: {}, two: {} },
  producers: { web: { queue: "one", arrivals: { poisson: { perSecond: 1 } } } },
  consumers: {
    first: { queue: "one", count: 4, service: { exponential: { meanSeconds: 1 } } },
    second: { queue: "two", batch: 5, count: 4, service: { exponential: { meanSeconds: 1 } } },
    third: { queue: "two", batch: 2, count: 9, service: { exponential: { meanSeconds: 1 } } },
    fourth: { queue: "two", count: 1, service: { exponential: { meanSeconds: 1 } } },
  },
};

test("anchors, aliases and merge keys bring what they name, and a map's own fields hold", async () => {
  const whole = await readScenario(plain);
  expect(await inFile(anchored, readScenario)).toEqual(whole);
  expect((await inFile(anchored, openScenario)).scenario).toEqual(plain);
});

test("what is merged may lack nothing, and its mistakes have the anchor's line", async () => {
  const missing = anchored.replace("    count: 4\n", "    cuont: 4\n");
  const [first, ...others] = await mistakesOf(missing);
  expect(first).toBe("7: consumers.first.cuont: There is no such field; did you mean count?");
  expect(others).toContain(
    "7: consumers.second.cuont: There is no such field; did you mean count?",
  );
});

test.each([
  ["an anchor that is not there", "*fleet", "*flet", "9: There is no &flet before *flet."],
  [
    "an anchor that comes later",
    "queue: one\n    count",
    "queue: *last\n    count",
    "6: There is no &last before *last.",
  ],
  [
    "an anchor around itself",
    "{ exponential: { meanSeconds: 1 } }",
    "{ empirical: { seconds: [1], weights: [*law] } }",
    "8: *law stands within &law, so it would never end.",
  ],
  [
    "a map that merges itself",
    "queue: one\n    count: 4",
    "<<: *fleet\n    count: 4",
    "6: *fleet stands within &fleet, so it would never end.",
  ],
  [
    "a merge of what is no map",
    "<<: *fleet",
    "<<: one",
    "9: << merges a map, *NAME as a rule, or a list of maps.",
  ],
  [
    "a merge of a list in which one is no map",
    "[{ batch: 2, count: 9 }, *fleet]",
    "[2, *fleet]",
    "10: << merges a map, *NAME as a rule, or a list of maps.",
  ],
])("%s is told with its line", async (_, right, wrong, sentence) => {
  expect(anchored).toContain(right);
  expect(await mistakesOf(anchored.replace(right, wrong))).toEqual([sentence]);
});

test("<< in quotes is a name like any other", async () => {
  const quoted = anchored.replace("{ <<: *fleet, queue", '{ "<<": *fleet, queue');
  expect(await mistakesOf(quoted)).toContainEqual(
    expect.stringMatching(/^\d+: consumers\.second\.<<: There is no such field/),
  );
});
