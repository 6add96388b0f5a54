/**
 * The readers of the server's options, from a text as a command line, a variable of the environment or a
 * file has it. Each throws an OptionError with a sentence; who calls puts the option's name before it. Pure.
 */
import { accounts, memoryBytes, regions } from "../../limits.ts";
import { OptionError } from "./optionError.ts";

/** What texts of options look like: for the readers, and for who describes options to others. */
export const patterns = {
  port: /^\d{1,5}$/,
  host: /^[\w.:%-]+$/,
  memory: /^(\d{1,12})(|KiB|MiB|GiB)$/,
  threads: /^[1-9]\d{0,2}$/,
  token: /^[\w.~+/-]{8,256}=*$/,
  origin: /^(?:\*|null|[A-Za-z][A-Za-z\d+.-]*:\/\/[^/?#@\s]*\/?)$/,
  allowedHost: /^(?:\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?)$/,
  externalUrl: /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^@?#]+$/,
  fileName: /./s,
} as const;
export const ports = { min: 0, max: 65_535 } as const;

/** A TCP port; 0 picks a free one. */
export function readPort(text: string): number {
  const port = patterns.port.test(text) ? Number(text) : Number.NaN;
  if (port <= ports.max) return port;
  throw new OptionError("A port is a whole number from 0 to 65535.");
}

/** An address or a name of one; which exist, listening will tell. */
export function readHost(text: string): string {
  if (patterns.host.test(text)) return text;
  throw new OptionError("A host is a name or an IP address.");
}

/** One more origin whose pages may ask; as a browser writes it, or `*`, or `null`. */
export function readOrigin(text: string, before: readonly string[] = []): readonly string[] {
  if (text === "*" || text === "null") return [...before, text];
  if (patterns.origin.test(text)) return [...before, originOf(text)];
  throw new OptionError(
    "An origin is a scheme, a host and perhaps a port, like http://localhost:3000; * is any.",
  );
}

/** Without what a browser leaves out: a port that the scheme implies, capitals, a last slash. */
function originOf(text: string): string {
  const isWeb = /^https?:/i.test(text);
  const origin = isWeb && URL.canParse(text) ? new URL(text).origin : text.toLowerCase();
  return origin.replace(/(?<=[^/])\/$/, "");
}

/** One more name that the server goes by; `*.NAME` is all below one, `*` any. */
export function readAllowedHost(text: string, before: readonly string[] = []): readonly string[] {
  if (patterns.allowedHost.test(text)) return [...before, text];
  throw new OptionError(
    "It is a name without a port, like sqs.example.com; *.example.com is all below one, * any.",
  );
}

const unitBytes: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/** Bytes, from a whole number that may have a unit: no more than 32 bits can address. */
export function readMemory(text: string): number {
  const match = patterns.memory.exec(text);
  const unit = unitBytes.get(match?.[2] ?? "") ?? Number.NaN;
  const bytes = Number(match?.[1]) * unit;
  if (bytes >= memoryBytes.min && bytes <= memoryBytes.max) return bytes;
  throw new OptionError("It is 1MiB to 4GiB: a whole number with KiB, MiB or GiB.");
}

/** A bearer token, as a header can carry it. */
export function readToken(text: string): string {
  if (patterns.token.test(text)) return text;
  throw new OptionError("A token is 8 to 256 letters, digits, or any of . _ ~ + / -");
}

/** The twelve digits of an AWS account. */
export function readAccount(text: string): string {
  if (accounts.pattern.test(text)) return text;
  throw new OptionError("An account is twelve digits.");
}

/** A region, which is part of every queue's ARN. */
export function readRegion(text: string): string {
  if (regions.pattern.test(text)) return text;
  throw new OptionError("A region is lower-case letters, digits and hyphens.");
}

/** A file's name; whether it is there, reading it will tell. */
export function readFileName(text: string): string {
  if (patterns.fileName.test(text)) return text;
  throw new OptionError("It is a file's name.");
}

/** A directory's name; what is in it, opening it will tell. */
export function readDirectoryName(text: string): string {
  if (patterns.fileName.test(text)) return text;
  throw new OptionError("It is a directory's name.");
}

/** How many threads listen; more than one is not there yet. */
export function readThreads(text: string): number {
  if (!patterns.threads.test(text)) {
    throw new OptionError("It is a whole number from 1.");
  }
  if (text !== "1") {
    throw new OptionError("More than one listening thread is not built yet; use 1.");
  }
  return 1;
}

/** What clients call the server by: an origin, perhaps with a path; without what a URL leaves out. */
export function readExternalUrl(text: string): string {
  if (patterns.externalUrl.test(text) && URL.canParse(text)) {
    const { origin, pathname } = new URL(text);
    return `${origin}${pathname}`.replace(/\/+$/, "");
  }
  throw new OptionError(
    "It is http or https, a host, and perhaps a port and a path, like https://sqs.example.com.",
  );
}

/** Yes or no. */
export function readSwitch(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw new OptionError("It is true or false.");
}

/** One of some words. */
export function choiceOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    throw new OptionError(`Allowed choices are ${words.join(", ")}.`);
  };
}
