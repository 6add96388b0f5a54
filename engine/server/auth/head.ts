/**
 * A request's head as its signature knows it: the raw headers and the raw path, before Node or a
 * protocol makes anything of them, so that nothing is read one way and signed another. Pure; made once
 * a request.
 */

/** What of an IncomingMessage a signature covers. */
export interface RawHead {
  readonly method?: string | undefined;
  /** Path and query string, their bytes as Latin-1. */
  readonly url?: string | undefined;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}

/** A field of the query string: encoded as a signature has it, each letter in one way only. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

const absolute = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;
const reserved = /[^A-Za-z0-9\-._~]/g;
const untidy = /^ | $| {2}|\t/;
const blanks = /[\t ]+/g;
const ends = /^ | $/g;
const escaped = /%([\da-f]{2})/gi;

/** Percent-encodes every byte that RFC 3986 does not call unreserved. */
function encode(bytes: string): string {
  return bytes.replace(reserved, (byte) => {
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

/**
 * The text of a field's name or value, as the form that reads it: a plus is a space, so no two values that
 * differ are signed alike.
 */
function decode(text: string): string {
  return text
    .replaceAll("+", " ")
    .replace(escaped, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

export class Head {
  readonly method: string;
  /** Without the query string; its segments encoded once more, dots and empty ones resolved. */
  readonly path: string;
  /** In the order of the request. */
  readonly fields: readonly Field[];
  readonly #values = new Map<string, string>();

  constructor({ method = "GET", url = "/", rawHeaders }: RawHead) {
    this.method = method;
    const from = url.startsWith("/") ? url : url.replace(absolute, "");
    const mark = from.indexOf("?");
    this.path = pathOf(mark < 0 ? from : from.slice(0, mark));
    this.fields = mark < 0 ? [] : fieldsOf(from.slice(mark + 1));
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] as string).toLowerCase();
      const value = rawHeaders[index + 1] as string;
      const before = this.#values.get(name);
      this.#values.set(name, before === undefined ? value : `${before},${value}`);
    }
  }

  /** The values of a header, by its name in small letters, joined by commas. */
  header(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** As `header`, as it is signed: without blanks around it, and one where there are several. */
  signedValue(name: string): string | undefined {
    const value = this.#values.get(name);
    return value !== undefined && untidy.test(value)
      ? value.replace(blanks, " ").replace(ends, "")
      : value;
  }

  /** The decoded values of the query string's fields of that name. */
  queryValues(name: string): string[] {
    return this.fields.filter((field) => field.name === name).map(({ value }) => decode(value));
  }

  /**
   * The query string as it is signed, without the signature itself. Fields of one name keep their order,
   * since the last one counts where they are read.
   */
  get query(): string {
    if (this.fields.length === 0) return "";
    return this.fields
      .filter(({ name }) => name !== "X-Amz-Signature")
      .sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)))
      .map(({ name, value }) => `${name}=${value}`)
      .join("&");
  }
}

function pathOf(raw: string): string {
  if (raw === "/") return raw;
  const segments: string[] = [];
  for (const segment of raw.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  const end = segments.length > 0 && raw.endsWith("/") ? "/" : "";
  return `/${segments.join("/")}${end}`;
}

function fieldsOf(query: string): Field[] {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      const name = at < 0 ? pair : pair.slice(0, at);
      const value = at < 0 ? "" : pair.slice(at + 1);
      return { name: encode(decode(name)), value: encode(decode(value)) };
    });
}
