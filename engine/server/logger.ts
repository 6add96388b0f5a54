/**
 * Where a server says what a person may want to read of it, and what it says: which requests were refused,
 * what failed, what the process warns of. `console` is such a place, and so are many logging packages.
 * Bodies, attributes, headers and credentials are never among it.
 */
import type { Answered } from "./http/answered.ts";
import type { ServerOptions } from "./http/server.ts";

/** From none to all; each has what the ones before it have. */
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;
export const logFormats = ["json", "text"] as const;

export type LogLevel = (typeof logLevels)[number];
export type LogFormat = (typeof logFormats)[number];
/** Of a record; those without a value are left out. */
export type Fields = Readonly<Record<string, string | number | undefined>>;

export interface Logger {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
}

type Spoken = Exclude<LogLevel, "silent">;

/** Whether a log of the one level has records of the other. */
export function reaches(level: LogLevel, record: Spoken): boolean {
  return logLevels.indexOf(record) <= logLevels.indexOf(level);
}

/** What a server does with what it has to say; nothing, where nobody listens. */
export interface Reports extends Pick<ServerOptions, "onFault" | "onAnswered"> {
  /** A sentence that somebody should read. */
  readonly onWarning: (sentence: string) => void;
}

function nothing(): void {}

/** Records for the logger, up to the level. Requests that went well are for debugging only. */
export function reportsTo(logger: Logger | undefined, level: LogLevel): Reports {
  if (logger === undefined) return { onFault: nothing, onWarning: nothing };
  const say = (record: Spoken, message: string, fields?: Fields): void => {
    if (reaches(level, record)) logger[record](message, fields);
  };
  return {
    onWarning: (sentence) => say("warn", sentence),
    onFault: (error) => {
      const stack = error instanceof Error ? error.stack : undefined;
      say("error", error instanceof Error ? error.message : String(error), { stack });
    },
    onAnswered: (answered) => {
      const record = levelOf(answered);
      if (reaches(level, record)) logger[record]("request", fieldsOf(answered));
    },
  };
}

function levelOf({ status }: Answered): Spoken {
  if (status === 503) return "warn";
  if (status >= 500) return "error";
  return status >= 400 ? "info" : "debug";
}

function fieldsOf(answered: Answered): Fields {
  const { requestId, action, queue, status, errorCode, durationMs } = answered;
  const fields = { requestId, action, queue, status, errorCode };
  return { ...fields, durationMs: Math.round(durationMs * 1e3) / 1e3 };
}
