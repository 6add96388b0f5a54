/** The error that a scenario's author is told; what made it is told sentence by sentence. */

/** What is wrong with a scenario, or a price book; nothing has been run. */
export class ScenarioError extends Error {
  override readonly name: string = "ScenarioError";
  /** One sentence a mistake, each with line and path where there are any. */
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}
