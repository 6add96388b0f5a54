/**
 * Scenarios come in here: a file of YAML or JSON, or an object that a program made, is read, checked and
 * made into a plan. All mistakes are told at once, each with its line and its path. On any thread; a
 * broker is opened for the queues, with a clock of its own, and closed again.
 */
import { dirname } from "node:path";
import { Broker } from "../../broker/broker.ts";
import { type DescribedQueue, makeQueues, readQueue } from "../../broker/described/queues.ts";
import { Setting } from "../../broker/described/setting.ts";
import { SettingError, sentencesOf } from "../../broker/described/settingError.ts";
import { VirtualClock } from "../../clock.ts";
import { SluiceError } from "../../errors.ts";
import { Checker } from "./check.ts";
import { type KnownFiles, loadTraces } from "./loadTraces.ts";
import { type MadeQueue, makePlan } from "./makePlan.ts";
import type { Plan } from "./plan.ts";
import type { Tell } from "./rule.ts";
import { checkRules } from "./rules.ts";
import { ScenarioError } from "./scenarioError.ts";
import { scenarioSchema } from "./schema.ts";
import type { Scenario } from "./types.ts";

const queuesKey = "queues";
/** Where the line of an object's mistake would be. */
const objectName = "scenario";

/** Where an object came from. */
export interface Origin {
  /** What its mistakes call it. Default `scenario`. */
  readonly name?: string;
  /** What names of files in it start from. Default the process's own. */
  readonly folder?: string;
  /** What was read of files by now, so that scenarios that differ elsewhere share it. */
  readonly known?: KnownFiles;
}

/**
 * The plan of a scenario: of a file's, by its name, or of an object. Rejects with a ScenarioError that
 * has all mistakes.
 */
export async function readScenario(
  source: string | Scenario,
  { name = objectName, folder = ".", known: files = new Map() }: Origin = {},
): Promise<Plan> {
  const { root, mistakes } =
    typeof source === "string"
      ? Setting.read(source)
      : { root: Setting.of(source, name), mistakes: [] };
  if (root === undefined) throw new ScenarioError(sentencesOf(mistakes));
  const checker = new Checker();
  checker.mistakes.push(...mistakes);
  const scenario = checker.read(root, schemaWithoutQueues()) as Scenario;
  const queues = await describedQueues(root, checker);
  if (checker.mistakes.length === 0) {
    const known = queues.map(({ name, isFifo, attributes }) => ({
      name,
      isFifo,
      maximumBytes: attributes.maximumMessageSize,
      deadLetterQueue: attributes.redrivePolicy?.deadLetterTargetArn.split(":").at(-1),
    }));
    checker.mistakes.push(...checkRules(scenario, root, known));
    const own = typeof source === "string" ? dirname(source) : folder;
    const tell: Tell = (path, sentence) => checker.tell(root.at(path), sentence);
    loadTraces(scenario, { folder: own, known: files, tell });
  }
  if (checker.mistakes.length > 0) throw new ScenarioError(sentencesOf(checker.mistakes));
  return makePlan(scenario, queues);
}

/** Queues are read as those of a configuration file are, which takes texts for numbers, too. */
function schemaWithoutQueues(): ReturnType<typeof scenarioSchema> {
  const schema = scenarioSchema();
  return { ...schema, properties: { ...schema.properties, [queuesKey]: {} } };
}

/** The queues as a broker makes them, which finds what is wrong between them. */
async function describedQueues(root: Setting, checker: Checker): Promise<MadeQueue[]> {
  const described: DescribedQueue[] = [];
  const attempt = (setting: Setting, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (error instanceof SettingError) checker.mistakes.push(error);
      else if (error instanceof SluiceError) checker.tell(setting, error.message);
      else throw error;
    }
  };
  if (!root.isMap) return [];
  const queues = root.entries().find(([name]) => name === queuesKey)?.[1];
  if (queues === undefined) return [];
  attempt(queues, () => {
    for (const [name, queue] of queues.entries()) {
      attempt(queue, () => described.push(readQueue(name, queue, attempt)));
    }
  });
  if (described.length === 0) return [];
  const broker = await Broker.open({ clock: new VirtualClock(), quotas: "off" });
  try {
    checker.mistakes.push(...(await makeQueues(broker, described)));
    return described.flatMap(({ name }) => {
      const queue = broker.findQueue(name);
      if (queue === undefined) return [];
      return [{ name, isFifo: queue.isFifo, attributes: queue.details().attributes }];
    });
  } finally {
    await broker.close();
  }
}
