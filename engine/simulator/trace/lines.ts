/**
 * A file read piece by piece, so that memory does not grow with it: pieces of its text, and what it begins
 * with. UTF-8, with or without its mark. Synchronous, as the reading of scenarios is.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { TraceError } from "./traceError.ts";

const PIECE_BYTES = 1_048_576;
const MARK = "\ufeff";

/** Its pieces in their order. Throws a TraceError for a file that can't be read. */
export function* piecesOf(file: string): Generator<string> {
  const descriptor = opened(file);
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(PIECE_BYTES);
  let isFirst = true;
  try {
    for (;;) {
      const count = readSync(descriptor, buffer, 0, PIECE_BYTES, null);
      if (count === 0) break;
      const text = decoder.write(buffer.subarray(0, count));
      yield isFirst && text.startsWith(MARK) ? text.slice(1) : text;
      isFirst = false;
    }
    yield decoder.end();
  } catch (error) {
    // A folder opens, and can't be read.
    throw error instanceof TraceError ? error : new TraceError(file, 0, sentenceOf(error));
  } finally {
    closeSync(descriptor);
  }
}

function opened(file: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    throw new TraceError(file, 0, sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  return `It can't be read: ${(error as Error).message}.`;
}

/** The beginning of a file: what its format is recognised by. */
export function headOf(file: string): string {
  for (const piece of piecesOf(file)) return piece;
  return "";
}

/** Its lines, without their ends; their numbers count from 1. */
export function* linesOf(file: string): Generator<string> {
  let rest = "";
  for (const piece of piecesOf(file)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest;
}
