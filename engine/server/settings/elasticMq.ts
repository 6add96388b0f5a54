/**
 * ElasticMQ's configuration files, as one of Sluice: the same tree of settings, whose values know their
 * lines in the file that they come from, so that all checks and sentences are those of any other file. What
 * Sluice has not is told in a warning, what could be misread in a mistake; nothing is left out in silence.
 * On the main thread, before anything is opened.
 * Source: ElasticMQ's README and its reference.conf.
 */
import { type Placed, Setting } from "../../broker/described/setting.ts";
import { SettingError } from "../../broker/described/settingError.ts";
import { suggestion } from "../../suggestion.ts";
import { type Hocon, HoconError, type HoconMap, parseHocon } from "./hocon.ts";

export interface Imported {
  /** Undefined for what is no HOCON. */
  readonly root: Setting | undefined;
  readonly mistakes: readonly SettingError[];
  readonly warnings: readonly SettingError[];
}

/** Blocks of such a file as they begin, which is not how YAML and JSON begin one. */
const beginning =
  /^(?:include[ \t]+classpath|(?:queues|aws|rest-sqs|rest-stats|node-address)\b[\w.-]*[ \t]*(?:=|\{))/m;

/** A file of the kind is called so, or has such blocks. */
export function isElasticMq(file: string, source: string): boolean {
  return /\.(?:conf|hocon)$/i.test(file) || beginning.test(source);
}

/** Seconds of a unit, by its first letters and its names. */
const units: readonly (readonly [names: RegExp, seconds: number])[] = [
  [/^(?:ns|nanos?|nanoseconds?)$/, 1e-9],
  [/^(?:us|micros?|microseconds?)$/, 1e-6],
  [/^(?:ms|millis?|milliseconds?)$/, 1e-3],
  [/^(?:s|seconds?)$/, 1],
  [/^(?:m|minutes?)$/, 60],
  [/^(?:h|hours?)$/, 3_600],
  [/^(?:d|days?)$/, 86_400],
];
const switches: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["no", false],
  ["off", false],
]);
const fifoSuffix = ".fifo";

export function readElasticMq(file: string, source: string): Imported {
  const reader = new Reader(file, source);
  try {
    const root = reader.read(parseHocon(source));
    const { mistakes, warnings } = reader;
    return { root: Setting.placed(file, source, root), mistakes, warnings };
  } catch (error) {
    if (!(error instanceof HoconError)) throw error;
    return { root: undefined, mistakes: [reader.error(error.at, [], error.message)], warnings: [] };
  }
}

type Entries = [name: string, value: Placed][];

/** What a block of a queue or of the server may have, and what becomes of each. */
type Block = Readonly<Record<string, (value: Hocon, path: readonly string[]) => void>>;

class Reader {
  readonly mistakes: SettingError[] = [];
  readonly warnings: SettingError[] = [];
  readonly #file: string;
  readonly #source: string;
  readonly #settings: Entries = [];

  constructor(file: string, source: string) {
    this.#file = file;
    this.#source = source;
  }

  error(at: number, path: readonly string[], sentence: string): SettingError {
    const line = this.#source.slice(0, at).split("\n").length;
    const where = path.length === 0 ? "" : `${path.join(".")}: `;
    return new SettingError(line, `${this.#file}:${line}: ${where}${sentence}`);
  }

  read(root: HoconMap): Placed {
    const isGenerated = this.#isOn(root.members.get("generate-node-address"));
    const known: Block = {
      queues: (value, path) => this.#readQueues(value, path),
      aws: (value, path) => {
        const set = (name: string) => (one: Hocon) => this.#set(name, one);
        this.#readBlock(value, path, { region: set("region"), accountId: set("account") });
      },
      "node-address": (value, path) => {
        if (!isGenerated) this.#readAddress(value, path);
      },
      "rest-sqs": (value, path) => this.#readListener(value, path),
      "generate-node-address": () => {},
      storage: () => {},
      "rest-stats": this.#unlessOff("ElasticMQ's statistics are not there; GET /metrics has more."),
      "auto-create-queues": this.#unlessOff(
        "Queues are made by CreateQueue and by files alone; write the ones that are needed under queues.",
        false,
      ),
      ...Object.fromEntries(
        ["queues-storage", "persisted-queues-storage", "messages-storage"].map((name) => [
          name,
          this.#unlessOff(
            "It is not read; data names a directory to keep queues and messages in.",
            false,
          ),
        ]),
      ),
    };
    this.#readBlock(root, [], known);
    return { at: root.at, value: this.#settings };
  }

  /** Members that have no counterpart are warned of. */
  #readBlock(value: Hocon, path: readonly string[], block: Block): void {
    if (!("members" in value)) {
      this.#refuse(value, path, "It is not a map of names and values.");
      return;
    }
    for (const [name, one] of value.members) {
      const own = [...path, name];
      const read = Object.hasOwn(block, name) ? block[name] : undefined;
      if (read !== undefined) read(one, own);
      else {
        const near = suggestion(name, Object.keys(block)) || ".";
        this.#warn(one, own, `Sluice has nothing of that name; it is left out${near}`);
      }
    }
  }

  /** Warns of a block, unless it says `enabled = false`, or says nothing and is `isOn` no block. */
  #unlessOff(sentence: string, isOn = true): Block[string] {
    return (value, path) => {
      const said = "members" in value ? value.members.get("enabled") : undefined;
      if (said === undefined ? isOn : this.#isOn(said)) this.#warn(value, path, sentence);
    };
  }

  #readAddress(value: Hocon, path: readonly string[]): void {
    const parts = new Map<string, string>();
    const take = (name: string) => (one: Hocon, own: readonly string[]) => {
      const text = this.#textOf(one, own);
      if (text !== undefined) parts.set(name, text);
    };
    const names = ["protocol", "host", "port", "context-path"];
    this.#readBlock(value, path, Object.fromEntries(names.map((name) => [name, take(name)])));
    const { protocol = "http", host = "*", port = "9324" } = Object.fromEntries(parts);
    // As a client calls it, then; so does Sluice unless it is told otherwise.
    if (host === "*" || host === "") return;
    const below = (parts.get("context-path") ?? "").replace(/^\/*(?=.)/, "/");
    const url = `${protocol}://${host}:${port}${below}`;
    this.#settings.push(["externalUrl", { at: value.at, value: url }]);
  }

  #readListener(value: Hocon, path: readonly string[]): void {
    const own = { isOn: "A server listens in any case; leave the file out where none is wanted." };
    this.#readBlock(value, path, {
      "bind-port": (one) => this.#set("port", one),
      "bind-hostname": (one) => this.#set("host", one),
      enabled: (one, at) => {
        if (!this.#isOn(one)) this.#warn(one, at, own.isOn);
      },
      "sqs-limits": (one, at) => {
        if (this.#textOf(one, at)?.toLowerCase() === "strict") return;
        this.#warn(one, at, "SQS's limits of names and sizes hold in any case.");
      },
    });
  }

  #readQueues(value: Hocon, path: readonly string[]): void {
    const queues: Entries = [];
    if ("members" in value) {
      for (const [name, queue] of value.members) {
        const isFifo = "members" in queue && this.#isOn(queue.members.get("fifo"));
        const full = isFifo && !name.endsWith(fifoSuffix) ? name + fifoSuffix : name;
        queues.push([full, this.#readQueue(queue, [...path, name])]);
      }
    } else this.#refuse(value, path, "It is not a map of names and values.");
    this.#settings.push(["queues", { at: value.at, value: queues }]);
  }

  #readQueue(queue: Hocon, path: readonly string[]): Placed {
    const entries: Entries = [];
    const seconds = (name: string) => (one: Hocon, own: readonly string[]) => {
      const text = this.#secondsOf(one, own);
      if (text !== undefined) entries.push([name, { at: one.at, value: text }]);
    };
    const flag = (name: string) => (one: Hocon) => {
      if (this.#isOn(one)) entries.push([name, { at: one.at, value: "true" }]);
    };
    const noCopies = (one: Hocon, own: readonly string[]) => {
      if (this.#textOf(one, own) === "") return;
      this.#warn(one, own, "Sluice sends no message on to another queue; that is left out.");
    };
    this.#readBlock(queue, path, {
      defaultVisibilityTimeout: seconds("VisibilityTimeout"),
      delay: seconds("DelaySeconds"),
      receiveMessageWait: seconds("ReceiveMessageWaitTimeSeconds"),
      deadLettersQueue: (one, own) => {
        entries.push(["RedrivePolicy", this.#readDeadLetters(one, own)]);
      },
      fifo: flag("FifoQueue"),
      contentBasedDeduplication: flag("ContentBasedDeduplication"),
      copyTo: noCopies,
      moveTo: noCopies,
      tags: (one, own) => {
        const tags: Entries = [];
        for (const [name, tag] of "members" in one ? one.members : []) {
          const text = this.#textOf(tag, [...own, name]);
          if (text !== undefined) tags.push([name, { at: tag.at, value: text }]);
        }
        entries.push(["tags", { at: one.at, value: tags }]);
      },
    });
    return { at: queue.at, value: entries };
  }

  #readDeadLetters(value: Hocon, path: readonly string[]): Placed {
    const entries: Entries = [];
    const take = (name: string) => (one: Hocon, own: readonly string[]) => {
      const text = this.#textOf(one, own);
      if (text !== undefined) entries.push([name, { at: one.at, value: text }]);
    };
    this.#readBlock(value, path, {
      name: take("deadLetterTargetArn"),
      maxReceiveCount: take("maxReceiveCount"),
    });
    return { at: value.at, value: entries };
  }

  #secondsOf(value: Hocon, path: readonly string[]): string | undefined {
    const text = this.#textOf(value, path);
    if (text === undefined) return undefined;
    const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
    const [, seconds] = units.find(([names]) => names.test(unit)) ?? [];
    if (number !== "" && unit === "" && Number(number) !== 0) {
      const sentence = `A number without a unit is milliseconds; write ${number} seconds.`;
      return this.#refuse(value, path, sentence);
    }
    const whole = Number(number) * (seconds ?? 0);
    if (number === "" || (seconds === undefined && unit !== "")) {
      return this.#refuse(
        value,
        path,
        `It is a time like 10 seconds, not ${JSON.stringify(text)}.`,
      );
    }
    if (Number.isInteger(whole)) return String(whole);
    return this.#refuse(value, path, "SQS has whole seconds.");
  }

  #set(name: string, value: Hocon): void {
    const text = this.#textOf(value, [name]);
    if (text !== undefined) this.#settings.push([name, { at: value.at, value: text }]);
  }

  #textOf(value: Hocon, path: readonly string[]): string | undefined {
    return "text" in value ? value.text : this.#refuse(value, path, "It is not one value.");
  }

  #isOn(value: Hocon | undefined): boolean {
    const text = value !== undefined && "text" in value ? value.text.toLowerCase() : "false";
    const isOn = switches.get(text);
    if (isOn === undefined && value !== undefined) this.#refuse(value, [], "It is true or false.");
    return isOn ?? false;
  }

  #refuse(value: Hocon, path: readonly string[], sentence: string): undefined {
    this.mistakes.push(this.error(value.at, path, sentence));
    return undefined;
  }

  #warn(value: Hocon, path: readonly string[], sentence: string): void {
    this.warnings.push(this.error(value.at, path, sentence));
  }
}
