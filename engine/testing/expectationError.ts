/** What a failed expectation rejects with; test runners show `expected` and `actual` side by side. */

export class ExpectationError extends Error {
  override readonly name = "ExpectationError";
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(message: string, expected: unknown, actual: unknown) {
    super(message);
    this.expected = expected;
    this.actual = actual;
  }
}
