/**
 * The bound of the loops that sections are written with. A loop over `step < UNROLLED` never runs as
 * one: assembly/unroll.mjs makes it SECTION_STEPS copies of its body, so that a section stays
 * straight-line code (a thread can be ended at a loop's back-edge, with the lock in its hand). Inside
 * a section write no other loop; outside one write SECTION_STEPS.
 */
import { SECTION_STEPS } from "../layout";

export const UNROLLED: u32 = SECTION_STEPS;
