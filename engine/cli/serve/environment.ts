/**
 * The server's options in the environment: `SLUICE_LOG_LEVEL` is `--log-level`. For the command alone; a
 * program that calls `serve` says itself what it takes from where. Pure: reads the variables it is given.
 *
 * Variables that are no option's are left alone, but for one that looks like a mistyped one. In a pod of
 * Kubernetes beside a Service called sluice there are some of these names that mean that Service.
 */
import { SettingError } from "../../broker/described/settingError.ts";
import { OptionError } from "../../server/settings/optionError.ts";
import {
  type Given,
  type OptionName,
  optionNames,
  optionOf,
} from "../../server/settings/options.ts";
import { nearest } from "../../suggestion.ts";

export interface Environment {
  readonly given: ReadonlyMap<OptionName, Given>;
  /** The configuration file. */
  readonly config: string | undefined;
  readonly mistakes: readonly SettingError[];
  /** A sentence for each variable that may have been meant for another one. */
  readonly warnings: readonly string[];
}

const prefix = "SLUICE_";
const configVariable = `${prefix}CONFIG`;
/** What tests and measurements of Sluice itself go by. */
const ofTests = ["SEED", "REQUIRE", "ENGINE", "TIMED", "SLOWNESS"];
/** What Kubernetes sets for a Service called sluice, beside SLUICE_PORT. */
const ofKubernetes = /^(?:SERVICE_(?:HOST|PORT)|PORT_\d+_)/;
const kubernetesPort = /^tcp:\/\//;
/** Options whose value is for nobody's eyes. */
const secret: readonly OptionName[] = ["metricsToken"];

/** `SLUICE_LOG_LEVEL` for logLevel. */
export function variableOf(name: OptionName): string {
  return prefix + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** `isSaid`: whether the command line has an option already; its variable is not read then. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  isSaid: (name: OptionName) => boolean,
): Environment {
  const given = new Map<OptionName, Given>();
  const mistakes: SettingError[] = [];
  for (const name of optionNames) {
    const text = variables[variableOf(name)] ?? "";
    // Files of variables have empty ones for what is not set.
    if (text === "" || isSaid(name) || (name === "port" && kubernetesPort.test(text))) continue;
    const shown = secret.includes(name) ? variableOf(name) : `${variableOf(name)}=${text}`;
    const tell = (sentence: string): SettingError => new SettingError(0, `${shown}: ${sentence}`);
    try {
      given.set(name, { value: readText(name, text), tell });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      mistakes.push(tell(error.message));
    }
  }
  const config = variables[configVariable] || undefined;
  return { given, config, mistakes, warnings: warningsOf(Object.keys(variables)) };
}

/** One that may be repeated has commas between its values. */
function readText(name: OptionName, text: string): unknown {
  const { isList, read } = optionOf(name);
  if (isList !== true) return read(text);
  return text.split(",").reduce((before, one) => read(one.trim(), before), [] as unknown);
}

function warningsOf(variables: readonly string[]): string[] {
  const known = [...optionNames.map(variableOf), configVariable];
  const endings = known.map((name) => name.slice(prefix.length));
  return variables
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .flatMap((name) => {
      const ending = name.slice(prefix.length);
      const isOthers = ofTests.includes(ending) || ofKubernetes.test(ending);
      const near = isOthers ? undefined : nearest(ending, endings);
      return near === undefined ? [] : [`${name} means nothing; did you mean ${prefix}${near}?`];
    });
}
