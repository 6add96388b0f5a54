/**
 * A server over a broker on a clock that a test moves, with metrics that look once a second of that clock,
 * and CloudWatch's three protocols as clients speak them, written down from AWS's documents. Own thread only.
 */
import { request } from "node:http";
import { cbor } from "@smithy/core/cbor";
import type { MetricsOptions } from "../../engine/metrics/metrics.ts";
import { Server } from "../../engine/server/http/server.ts";
import { Endpoint } from "../support/endpoint.ts";
import { formHeaders } from "../support/query.ts";
import { type Measuring, measuring } from "./measured.ts";

export interface Served extends Measuring {
  readonly endpoint: Endpoint;
  stop(): Promise<void>;
}

export async function served(
  options: MetricsOptions & { readonly metricsToken?: string } = {},
): Promise<Served> {
  const measured = await measuring(options);
  const { broker, metrics } = measured;
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const { metricsToken } = options;
  const where = { host: "127.0.0.1", port: 0, metricsToken };
  const server = await Server.listen({ broker, metrics, ...where, onFault });
  const endpoint = new Endpoint(server.url);
  const stop = async () => {
    endpoint.disconnect();
    await server.close();
    await broker.close();
    if (faults.length > 0) throw faults[0];
  };
  return { ...measured, endpoint, stop };
}

/** What a protocol made of an answer: the same in all three, moments as seconds since 1970. */
export interface Outcome {
  readonly status: number;
  /** Of an error. */
  readonly code: string | undefined;
  readonly result: Record<string, unknown>;
}

export type Ask = (endpoint: Endpoint, action: string, input: object) => Promise<Outcome>;

const target = "GraniteServiceVersion20100801";

export const askJson: Ask = async (endpoint, action, input) => {
  const answer = await endpoint.send({
    headers: {
      "Content-Type": "application/x-amz-json-1.0",
      "X-Amz-Target": `${target}.${action}`,
      "x-amzn-query-mode": "true",
    },
    body: JSON.stringify(input),
  });
  const code = String(answer.headers["x-amzn-query-error"] ?? "").split(";")[0];
  return { status: answer.status, code: code || undefined, result: JSON.parse(answer.text) };
};

export interface CborAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly bytes: Buffer;
}

export function postCbor(
  url: string,
  path: string,
  body: Buffer,
  headers: Record<string, string> = { "smithy-protocol": "rpc-v2-cbor" },
): Promise<CborAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      method: "POST",
      agent: false,
      headers: { "Content-Type": "application/cbor", Accept: "application/cbor", ...headers },
    } as const;
    const outgoing = request(`${url}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes });
      });
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

export const askCbor: Ask = async (endpoint, action, input) => {
  const present = Object.entries(input).filter(([, value]) => value !== undefined);
  const moments = present.map(([name, value]) =>
    name.endsWith("Time") && typeof value === "number"
      ? [name, new Date(value * 1_000)]
      : [name, value],
  );
  const tagged = Object.fromEntries(
    moments.map(([name, value]) => [name, value instanceof Date ? tag(value) : value]),
  );
  const path = `/service/${target}/operation/${action}`;
  const { status, headers, bytes } = await postCbor(
    endpoint.url,
    path,
    Buffer.from(cbor.serialize(tagged)),
  );
  const code = String(headers["x-amzn-query-error"] ?? "").split(";")[0];
  const result = untagged(cbor.deserialize(bytes)) as Record<string, unknown>;
  return { status, code: code || undefined, result };
};

function tag(moment: Date): object {
  return tagged({ tag: 1, value: moment.getTime() / 1_000 });
}

/** A value that the library takes for a tag has a symbol of its own, which reading one shows. */
function tagged(value: { tag: number; value: number }): object {
  const [symbol] = Object.getOwnPropertySymbols(cbor.deserialize(Buffer.from("c100", "hex")));
  return { ...value, [symbol as symbol]: true };
}

function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (typeof value !== "object" || value === null) return value;
  if ("tag" in value && "value" in value) return value.value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untagged(item)]));
}

/** Lists as `member.N`, structures by dots. */
function fieldsOf(path: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => fieldsOf(`${path}.member.${index + 1}`, item));
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => fieldsOf(`${path}.${key}`, item));
  }
  if (/(?:^|\.)(?:Start|End)Time$/.test(path) && typeof value === "number") {
    return [[path, new Date(value * 1_000).toISOString()]];
  }
  return [[path, String(value)]];
}

export function queryForm(action: string, input: object): string {
  const fields = Object.entries(input).flatMap(([name, value]) => fieldsOf(name, value));
  const all = [["Action", action], ["Version", "2010-08-01"], ...fields];
  return all
    .map((pair) => pair.map((text) => encodeURIComponent(text as string)).join("="))
    .join("&");
}

export const askQuery: Ask = async (endpoint, action, input) => {
  const answer = await endpoint.send({ headers: formHeaders, body: queryForm(action, input) });
  const code = /<Code>(.*?)<\/Code>/.exec(answer.text)?.[1];
  const content =
    new RegExp(`<${action}Result>(.*)</${action}Result>`).exec(answer.text)?.[1] ?? "";
  const message = /<Message>(.*?)<\/Message>/.exec(answer.text)?.[1]?.replaceAll("&quot;", '"');
  const result =
    code === undefined ? (readElements(content) as Record<string, unknown>) : { message };
  return { status: answer.status, code, result };
};

const numbers = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];

/** Elements that are not flattened, as JSON would have them. */
function readElements(xml: string, within = ""): unknown {
  if (!xml.startsWith("<")) return readText(xml, within);
  const elements = topElements(xml);
  if (elements.every(([name]) => name === "member")) {
    return elements.map(([, content]) => readElements(content, within));
  }
  return Object.fromEntries(
    elements.map(([name, content]) => [
      name,
      content === "" && name.endsWith("s") ? [] : readElements(content, name),
    ]),
  );
}

function readText(text: string, name: string): unknown {
  if (name === "Timestamp" || name === "Timestamps") return Date.parse(text) / 1_000;
  return numbers.includes(name) || name === "Values" ? Number(text) : text;
}

function topElements(xml: string): [name: string, content: string][] {
  const found: [string, string][] = [];
  for (let at = 0; at < xml.length; ) {
    const [whole = "", name = "", empty] = /^<(\w+)(\/)?>/.exec(xml.slice(at)) ?? [];
    if (whole === "") throw new Error(`no element begins with ${xml.slice(at, at + 20)}`);
    if (empty !== undefined) {
      found.push([name, ""]);
      at += whole.length;
      continue;
    }
    const end = closingOf(xml, name, at + whole.length);
    found.push([name, xml.slice(at + whole.length, end)]);
    at = end + name.length + 3;
  }
  return found;
}

/** Where the end tag of an element stands whose content begins at `from`. */
function closingOf(xml: string, name: string, from: number): number {
  const tags = new RegExp(`<(/?)${name}>`, "g");
  tags.lastIndex = from;
  let depth = 1;
  for (let found = tags.exec(xml); found !== null; found = tags.exec(xml)) {
    depth += found[1] === "/" ? -1 : 1;
    if (depth === 0) return found.index;
  }
  throw new Error(`${name} does not end`);
}

/** The three protocols by their names. */
export const protocols: readonly (readonly [name: string, ask: Ask])[] = [
  ["AWS JSON", askJson],
  ["query", askQuery],
  ["rpc-v2-cbor", askCbor],
];
