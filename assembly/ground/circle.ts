/**
 * A list that is a circle through its owner's end record: taking a link out is four memory accesses
 * and no branch, and the end record is never taken out. Links are addresses. Under the lock of
 * whatever owns the circle; O(1).
 */
import { LINK_NEXT, LINK_PREVIOUS } from "../layout";
import { MUST } from "../must";

export class Circle {
  @inline static clear(end: usize): void {
    store<u32>(end, end as u32, LINK_NEXT);
    store<u32>(end, end as u32, LINK_PREVIOUS);
  }

  @inline static isEmpty(end: usize): bool {
    return load<u32>(end, LINK_NEXT) === (end as u32);
  }

  @inline static next(link: usize): usize {
    return load<u32>(link, LINK_NEXT);
  }

  @inline static previous(link: usize): usize {
    return load<u32>(link, LINK_PREVIOUS);
  }

  @inline static append(end: usize, link: usize): void {
    const last: usize = load<u32>(end, LINK_PREVIOUS);
    if (MUST) assert(link !== end, "the end record is not its own link");
    if (MUST)
      assert(load<u32>(last, LINK_NEXT) === (end as u32), "the circle is closed where it grows");
    store<u32>(link, last as u32, LINK_PREVIOUS);
    store<u32>(link, end as u32, LINK_NEXT);
    store<u32>(last, link as u32, LINK_NEXT);
    store<u32>(end, link as u32, LINK_PREVIOUS);
  }

  @inline static unlink(link: usize): void {
    const next: usize = load<u32>(link, LINK_NEXT);
    const previous: usize = load<u32>(link, LINK_PREVIOUS);
    if (MUST)
      assert(load<u32>(previous, LINK_NEXT) === (link as u32), "the link before leads to this one");
    if (MUST)
      assert(
        load<u32>(next, LINK_PREVIOUS) === (link as u32),
        "the link behind leads back to this one",
      );
    store<u32>(previous, next as u32, LINK_NEXT);
    store<u32>(next, previous as u32, LINK_PREVIOUS);
  }
}
