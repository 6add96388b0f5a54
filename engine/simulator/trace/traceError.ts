/** What is wrong with a trace's file: one sentence that says where. A leaf. */

export class TraceError extends Error {
  override readonly name: string = "TraceError";

  /** @param line of the file, from 1 on; 0 where it is the whole file. */
  constructor(file: string, line: number, sentence: string) {
    super(line === 0 ? `${file}: ${sentence}` : `${file}:${line}: ${sentence}`);
  }
}
