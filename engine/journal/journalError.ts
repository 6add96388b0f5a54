/**
 * The one error of a journal: what went wrong, where, and whether it is worth trying again. Thrown by
 * everything in this folder; the broker above makes of it what its callers see. Its message is whole
 * sentences for the person who runs the process.
 */

export type JournalErrorCode =
  /** No room on the disk, or in the owner's quota. Retryable. */
  | "DiskFull"
  /** The process or the machine has too many files open. Retryable. */
  | "NoFileHandles"
  /** The disk could not read, write or sync. The end of this journal's life. */
  | "DiskFailed"
  /** The directory may not be written. */
  | "ReadOnly"
  /** Something that was durable is damaged or missing. */
  | "Corrupt"
  /** Written by a newer version of Sluice. */
  | "NewerVersion"
  /** What is there is no journal. */
  | "Foreign"
  /** Another process, or another broker of this one, has it. */
  | "Locked";

export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: JournalErrorCode;
  /** Whether the same call can succeed later; then nothing was changed by it. */
  readonly retryable: boolean;

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = code === "DiskFull" || code === "NoFileHandles";
  }
}

/** What the system calls an error, or "" for what is none of its. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

const CODES: Readonly<Record<string, JournalErrorCode>> = {
  ENOSPC: "DiskFull",
  EDQUOT: "DiskFull",
  EMFILE: "NoFileHandles",
  ENFILE: "NoFileHandles",
  EROFS: "ReadOnly",
  EACCES: "ReadOnly",
  EPERM: "ReadOnly",
};

const SENTENCES: Readonly<Partial<Record<JournalErrorCode, string>>> = {
  DiskFull: "There is no room left for it.",
  NoFileHandles: "Too many files are open; raise the limit (ulimit -n).",
  ReadOnly: "The directory and its files must be writable by this user.",
};

/** The error of a call of the disk, told apart by what the system says. */
export function diskError(what: string, error: unknown): JournalError {
  const code = CODES[systemCode(error)] ?? "DiskFailed";
  const reason = error instanceof Error ? error.message : String(error);
  const sentence = SENTENCES[code] ?? "Nothing more is acknowledged.";
  return new JournalError(code, `The journal could not ${what}: ${reason}. ${sentence}`, error);
}
