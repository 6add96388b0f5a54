/**
 * One signed part of a request tampered with. Pure: a seed gives the same ones. What a mutation leaves
 * with its meaning (a blank more around a header's value, two fields of a query the other way round)
 * is none; what a request means is written down here anew.
 */
import type { Seeded } from "../../support/seeded.ts";
import type { Sent } from "./signer.ts";

const parts = ["method", "path", "query", "header", "body", "authorization"] as const;
export type Part = (typeof parts)[number];

const letters = "AaZz09 /%+&=.-_~;:,\"'()*?#";

/** One letter put in, taken out or changed, or two pieces the other way round. */
function tampered(text: string, random: Seeded): string {
  const at = random.between(0, Math.max(0, text.length - 1));
  const letter = random.pick([...letters]);
  switch (random.between(0, 4)) {
    case 0:
      return text.slice(0, at) + letter + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at);
    case 3:
      return text.slice(at) + text.slice(0, at);
    default:
      return text.slice(0, at) + letter + text.slice(at + 1);
  }
}

/** The names of the headers that a signature covers, in small letters. */
export function signedNames({ headers, url }: Sent): readonly string[] {
  const all = [headers.find(([name]) => /^authorization$/i.test(name))?.[1] ?? "", url].join(" ");
  const names = /SignedHeaders=([^,&\s]*)/.exec(all)?.[1] ?? "";
  return decoded(names).split(";");
}

/** As it stands where it is no encoded text. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withHeader(sent: Sent, random: Seeded): Sent {
  const names = signedNames(sent);
  const signed = sent.headers.filter(([name]) => names.includes(name.toLowerCase()));
  const [name, value] = random.pick(signed);
  const others = sent.headers.filter(([one]) => one !== name);
  const ways: readonly Sent["headers"][] = [
    [[name, tampered(value, random)]],
    [],
    [
      [name, value],
      [name, tampered(value, random)],
    ],
  ];
  return { ...sent, headers: [...others, ...random.pick(ways)] };
}

function withBody(sent: Sent, random: Seeded): Sent {
  const bytes = Buffer.from(sent.body);
  if (bytes.length === 0) return { ...sent, body: Buffer.from([random.between(0, 255)]) };
  const at = random.between(0, bytes.length - 1);
  if (random.chance(0.5)) {
    bytes[at] = (bytes[at] as number) ^ (1 << random.between(0, 7));
    return { ...sent, body: bytes };
  }
  const [one, other] = [bytes.subarray(0, at), bytes.subarray(random.chance(0.5) ? at + 1 : at)];
  const between = random.chance(0.5) ? [Buffer.from([random.between(0, 255)])] : [];
  return { ...sent, body: Buffer.concat([one, ...between, other]) };
}

/** The same request with that part tampered with. */
function mutated(sent: Sent, part: Part, random: Seeded): Sent {
  const [path = "", ...rest] = sent.url.split("?");
  const query = rest.join("?");
  switch (part) {
    case "method":
      return {
        ...sent,
        method: random.pick(["GET", "POST", "PUT", "HEAD", "DELETE", "post", "Get"]),
      };
    case "path":
      return { ...sent, url: `/${tampered(path, random)}${query && "?"}${query}` };
    case "query":
      return { ...sent, url: `${path}?${tampered(query, random)}` };
    case "header":
      return withHeader(sent, random);
    case "body":
      return withBody(sent, random);
    default:
      return {
        ...sent,
        headers: sent.headers.map(([name, value]) => [
          name,
          /^authorization$/i.test(name) ? tampered(value, random) : value,
        ]),
      };
  }
}

function pathMeant(path: string): string {
  const kept: string[] = [];
  for (const piece of path.split("/")) {
    if (piece === "..") kept.pop();
    else if (piece !== "" && piece !== ".") kept.push(piece);
  }
  return JSON.stringify([kept, kept.length > 0 && path.endsWith("/")]);
}

/** Pairs by their names; those of one name in their order. */
function queryMeant(query: string): string {
  const pairs = [...new URLSearchParams(query)].filter(([name, value]) => name + value !== "");
  return JSON.stringify(pairs.sort(([one], [other]) => (one < other ? -1 : Number(one > other))));
}

/** Two requests that mean the same have the same text. */
function meaningOf(sent: Sent): string {
  const names = signedNames(sent);
  const [path = "", ...rest] = sent.url.split("?");
  const headers = names.map((name) => {
    const values = sent.headers.filter(([one]) => one.toLowerCase() === name);
    return values.map(([, value]) => value.trim().replace(/[ \t]+/g, " ")).join(",");
  });
  const authorization = sent.headers.filter(([name]) => /^authorization$/i.test(name));
  const claims = authorization.map(([, value]) =>
    value.split(/[\s,]+/).filter((one) => one !== ""),
  );
  return JSON.stringify([
    sent.method,
    pathMeant(path),
    queryMeant(rest.join("?")),
    names,
    headers,
    Buffer.from(sent.body).toString("latin1"),
    claims.map((claim) => claim.sort()),
  ]);
}

/** A request that means something else than `sent`, and which part of it is another. */
export function tamper(sent: Sent, random: Seeded): { readonly part: Part; readonly other: Sent } {
  const before = meaningOf(sent);
  const hasHeader = sent.headers.some(([name]) => /^authorization$/i.test(name));
  for (;;) {
    const part = random.pick(parts.filter((one) => one !== "authorization" || hasHeader));
    const other = mutated(sent, part, random);
    if (meaningOf(other) !== before) return { part, other };
  }
}
