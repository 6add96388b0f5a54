/**
 * Where the threads of a broker have their time from: the words of the header that the opener writes.
 * Nothing here reads a clock. Any thread reads; only the opener writes.
 */
import {
  HEADER,
  HEADER_ANCHOR,
  HEADER_CLOCK_MODE,
  HEADER_VIRTUAL_NOW,
} from "../assembly/layout.ts";
import type { Views } from "./views.ts";

const ANCHOR = (HEADER + HEADER_ANCHOR) >> 3;
const VIRTUAL_NOW = (HEADER + HEADER_VIRTUAL_NOW) >> 3;

export class Timebase {
  readonly #views: Views;

  constructor(views: Views) {
    this.#views = views;
  }

  /** True: time is `virtualNowMs`; false: it is the machine's monotonic count from `anchorMs`. */
  get isVirtual(): boolean {
    return this.#views.header(HEADER_CLOCK_MODE) === 1;
  }

  /** What the machine's monotonic count lacks to the broker's time. */
  get anchorMs(): number {
    return this.#views.f64[ANCHOR] as number;
  }

  /** Before the first share: nobody looks for it again. */
  set anchorMs(anchorMs: number) {
    this.#views.f64[ANCHOR] = anchorMs;
  }

  get virtualNowMs(): number {
    return this.#views.f64[VIRTUAL_NOW] as number;
  }

  set virtualNowMs(nowMs: number) {
    this.#views.f64[VIRTUAL_NOW] = nowMs;
  }
}
