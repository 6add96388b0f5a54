/**
 * The text of a long answer in pieces, for the server to do other things between one and the next.
 * Pure; a piece is made when it is asked for.
 */

/** What stands around the elements. */
export interface Frame {
  readonly start: string;
  readonly between: string;
  readonly end: string;
}

/**
 * Two pieces an element, of which the first is empty: to make an element takes about as long as to
 * write it.
 */
export function* piecesOf(
  { start, between, end }: Frame,
  elements: Iterable<object>,
  write: (element: object) => string,
): Generator<string, void> {
  let before = start;
  for (const element of elements) {
    yield "";
    yield before + write(element);
    before = between;
  }
  yield end;
}
