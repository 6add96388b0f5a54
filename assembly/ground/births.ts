/**
 * Birth ids: the numbers that message ids are made from, never given twice. A thread reserves a row
 * of them by one atomic addition and hands them out from its record.
 */
import {
  BIRTHS_RESERVED,
  HEADER,
  HEADER_BIRTHS,
  THREAD_BIRTH_LIMIT,
  THREAD_BIRTH_NEXT,
} from "../layout";
import { At } from "./memory";

export class Births {
  @inline static next(area: usize): u64 {
    if (load<u64>(area, THREAD_BIRTH_NEXT) === load<u64>(area, THREAD_BIRTH_LIMIT)) {
      Births.reserve(area);
    }
    const birth = load<u64>(area, THREAD_BIRTH_NEXT);
    store<u64>(area, birth + 1, THREAD_BIRTH_NEXT);
    return birth;
  }

  /** Sees to it that so many may be taken from the record without a look at its limit. */
  @inline static provide(thread: u32, count: u32): void {
    const area = At.thread(thread);
    const left = load<u64>(area, THREAD_BIRTH_LIMIT) - load<u64>(area, THREAD_BIRTH_NEXT);
    if (left < (count as u64)) Births.reserve(area);
  }

  @inline static reserve(area: usize): void {
    const first = atomic.add<u64>(HEADER, BIRTHS_RESERVED, HEADER_BIRTHS);
    store<u64>(area, first, THREAD_BIRTH_NEXT);
    store<u64>(area, first + BIRTHS_RESERVED, THREAD_BIRTH_LIMIT);
  }
}
