/**
 * The server's log: one line a record on standard error, as JSON for programs or as text for
 * people. Used on the main thread. Written at once, and where standard error is a pipe or a file
 * Node waits until it is written: a reader that stands still holds the server up, and no record is
 * lost when the process ends.
 */
import { styleText } from "node:util";
import { wallMs } from "../clock.ts";
import {
  type Fields,
  type LogFormat,
  type Logger,
  type LogLevel,
  reaches,
} from "../server/logger.ts";

const colours = { error: "red", warn: "yellow", info: "green", debug: "gray" } as const;

/** Where lines go, as far as a log minds; process.stderr is one. */
export interface LogStream {
  readonly isTTY?: boolean;
  /** Minds NO_COLOR; only terminals have it. */
  hasColors?(): boolean;
  write(text: string): unknown;
}

export class Log implements Logger {
  readonly format: LogFormat;
  readonly #level: LogLevel;
  readonly #stream: LogStream;

  /** `format`: where none is given, text on a terminal and JSON elsewhere. */
  constructor(level: LogLevel, format: LogFormat | undefined, stream: LogStream) {
    this.#level = level;
    this.format = format ?? (stream.isTTY === true ? "text" : "json");
    this.#stream = stream;
  }

  error(message: string, fields?: Fields): void {
    this.#write("error", message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.#write("warn", message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.#write("info", message, fields);
  }

  debug(message: string, fields?: Fields): void {
    this.#write("debug", message, fields);
  }

  /** Fields without a value are left out. */
  #write(level: Exclude<LogLevel, "silent">, message: string, fields: Fields = {}): void {
    if (!reaches(this.#level, level)) return;
    const time = new Date(wallMs()).toISOString();
    const line =
      this.format === "json"
        ? JSON.stringify({ time, level, message, ...fields })
        : `${time} ${this.#coloured(level)} ${message}${textOf(fields)}`;
    this.#stream.write(`${line}\n`);
  }

  /** A line for people only, without time and level. */
  say(line: string): void {
    if (this.format === "text" && reaches(this.#level, "info")) this.#stream.write(`${line}\n`);
  }

  /** As a warning; on a terminal the whole line in red. */
  alarm(message: string): void {
    if (this.format === "json") this.warn(message);
    else if (reaches(this.#level, "warn")) this.#stream.write(`${this.#painted("red", message)}\n`);
  }

  #coloured(level: keyof typeof colours): string {
    return this.#painted(colours[level], level.padEnd(5));
  }

  #painted(colour: (typeof colours)[keyof typeof colours], text: string): string {
    if (this.#stream.hasColors?.() !== true) return text;
    // The stream was asked; styleText would ask standard output.
    return styleText(colour, text, { validateStream: false });
  }
}

/** ` name=value` for each; what is no plain word is quoted, so that a record stays one line. */
function textOf(fields: Fields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const text = String(value);
      return ` ${name}=${/^[\w.:/@-]+$/.test(text) ? text : JSON.stringify(text)}`;
    })
    .join("");
}
