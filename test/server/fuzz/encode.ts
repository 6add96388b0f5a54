/** From a shot to the bytes of its request, in one of the protocols. Pure. */
import type { RawRequest } from "../../support/endpoint.ts";
import { formHeaders, formOf } from "../../support/query.ts";
import { handlePrefix, type Mutation, type Shot } from "./requests.ts";

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

/** The container and the key that the numbers lead to; undefined in an empty one. */
function follow(root: Container, at: readonly number[]): [Container, string] | undefined {
  let holder = root;
  let key: string | undefined;
  for (const number of at) {
    const inner: unknown = key === undefined ? root : Reflect.get(holder, key);
    if (!isContainer(inner)) break;
    const keys = Object.keys(inner);
    if (keys.length === 0) break;
    holder = inner;
    key = keys[number % keys.length];
  }
  return key === undefined ? undefined : [holder, key];
}

/** Also under names that objects treat in their own way. */
function define(holder: Container, key: string, value: unknown): void {
  const settings = { value, enumerable: true, writable: true, configurable: true };
  Object.defineProperty(holder, key, settings);
}

function change(root: Container, mutation: Mutation): void {
  if (!("at" in mutation)) return;
  const found = follow(root, mutation.at);
  if (found === undefined) return;
  const [holder, key] = found;
  const value: unknown = Reflect.get(holder, key);
  switch (mutation.kind) {
    case "set":
      // A copy each time: a shared one could be put into itself by the next mutation.
      define(holder, key, filled(mutation.value, []));
      return;
    case "repeat":
      if (Array.isArray(value))
        define(holder, key, Array.from({ length: mutation.times }, () => filled(value, [])).flat());
      return;
    case "rename":
      if (Array.isArray(holder)) return;
      define(holder, mutation.name, value);
      if (mutation.name !== key) delete holder[key];
      return;
    case "drop":
      if (!Array.isArray(holder)) delete holder[key];
  }
}

/** A copy with the handles filled in; deep, so that a mutation changes no other shot. */
function filled(value: unknown, handles: readonly string[]): unknown {
  if (typeof value === "string" && value.startsWith(handlePrefix)) {
    const number = Number(value.slice(handlePrefix.length));
    return handles[number % Math.max(1, handles.length)] ?? value;
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, handles));
  if (!isContainer(value)) return value;
  const copy = {};
  for (const [key, item] of Object.entries(value)) define(copy, key, filled(item, handles));
  return copy;
}

function changeText(text: string, mutation: Mutation): string {
  if (mutation.kind !== "splice" && mutation.kind !== "cut") return text;
  const at = Math.floor(text.length * mutation.place);
  if (mutation.kind === "cut") return text.slice(0, at);
  return text.slice(0, at) + mutation.text + text.slice(at + mutation.drop);
}

/** What Node's client accepts as a header's value, and as a path. */
const headerText = /[^\t\u0020-\u007e\u0080-\u00ff]/g;
const pathText = /[^\u0021-\u00ff]/g;

export function encode(
  shot: Shot,
  protocol: "json" | "query",
  handles: readonly string[],
): RawRequest {
  const input = filled(shot.input, handles) as Record<string, unknown>;
  for (const mutation of shot.mutations) change(input, mutation);
  const isJson = protocol === "json";
  let body = isJson ? JSON.stringify(input) : form(shot.action, input);
  let path = "/";
  const headers: Record<string, string> = isJson
    ? { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AmazonSQS.${shot.action}` }
    : { ...formHeaders };
  for (const mutation of shot.mutations) {
    body = changeText(body, mutation);
    if (mutation.kind === "header") headers[mutation.name] = mutation.value.replace(headerText, "");
    if (mutation.kind === "path") path = mutation.path.replace(pathText, "");
  }
  // As latin1, so that a letter above ASCII is a byte that breaks UTF-8, and as UTF-8 otherwise.
  const isBroken = shot.mutations.some(({ kind }) => kind === "splice") && body.length % 3 === 0;
  return { path, headers, body: Buffer.from(body, isBroken ? "latin1" : "utf8") };
}

/** A lone surrogate can't be percent-encoded; a form carries what a broken client would send. */
function form(action: string, input: object): string {
  return formOf(action, toWellFormed(input) as object);
}

function toWellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\p{Surrogate}/gu, "\ufffd");
  if (Array.isArray(value)) return value.map(toWellFormed);
  if (!isContainer(value)) return value;
  const copy = {};
  for (const [key, item] of Object.entries(value)) {
    define(copy, toWellFormed(key) as string, toWellFormed(item));
  }
  return copy;
}
