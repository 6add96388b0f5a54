/**
 * Finds the critical sections in a decoded module and says what in them is not straight-line code.
 *
 * A section begins with a plain `i32.store` of a constant from 0x5e000000 up (which operation it is)
 * and ends with one of 0x5effffff (idle) to the same offset of the record. A thread that is ended
 * from outside stops only at a loop's back edge or at the entry of a function, so between the two
 * there may be no loop and no call; and every way through the code must come by the idle store, or
 * the lock stays held. All ways are followed, not the text alone: an early exit is right when it
 * stores idle itself.
 *
 * The lock is held a little longer than the section: from the compare-and-swap that took it and to
 * the exchange that gives it back. There too nothing may stop a thread (`findStops`).
 */
import { isStore } from "./opcodes.ts";
import type { Body, Instruction, Module } from "./wasm.ts";

export const PHASE_FIRST = 0x5e000000;
export const PHASE_IDLE = 0x5effffff;

export interface Section {
  /** The function that holds it. */
  readonly name: string;
  /** The constant that its first store writes. */
  readonly phase: number;
  /** Instructions from the first store to the idle stores, those included. */
  readonly instructionCount: number;
  /** The names of the instructions among them that write memory, as they stand in the code. */
  readonly stores: readonly string[];
  /** One sentence each; empty for straight-line code. */
  readonly defects: readonly string[];
}

/** Names that may not stand in a section, with what is wrong with them. */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ["loop", "a loop"],
  ["call", "a call"],
  ["call_indirect", "an indirect call"],
  ["return_call", "a tail call"],
  ["return_call_indirect", "an indirect tail call"],
  ["memory.grow", "memory.grow"],
  ["memory.atomic.wait32", "a wait"],
  ["memory.atomic.wait64", "a wait"],
  ["return", "a return before the idle store"],
  ["unreachable", "a trap before the idle store"],
]);

/** Where control can go from each instruction; -1 is out of the function. */
interface Flow {
  readonly instructions: readonly Instruction[];
  readonly next: readonly (readonly number[])[];
}

interface Frame {
  readonly start: number;
  readonly end: number;
  readonly isLoop: boolean;
}

/** The index of the `else` or `end` that belongs to each `block`, `loop`, `if` and `else`. */
function matchBlocks(instructions: readonly Instruction[]): Map<number, number> {
  const matches = new Map<number, number>();
  const open: number[] = [-1];
  instructions.forEach(({ name }, index) => {
    if (name === "else" || name === "end") matches.set(open.pop() ?? -1, index);
    if (["block", "loop", "if", "else"].includes(name)) open.push(index);
  });
  return matches;
}

/** The `end` that closes the block opened at `start`, past its `else` if it has one. */
function endOf(start: number, flow: readonly Instruction[], matches: Map<number, number>): number {
  const match = matches.get(start) ?? flow.length - 1;
  return flow[match]?.name === "else" ? (matches.get(match) ?? flow.length - 1) : match;
}

function successors(
  instruction: Instruction,
  index: number,
  frames: readonly Frame[],
  matches: Map<number, number>,
): number[] {
  const targets = (instruction.labels ?? []).map((label) => {
    const frame = frames[frames.length - 1 - label];
    if (frame === undefined) return -1;
    return frame.isLoop ? frame.start : frame.end;
  });
  const match = matches.get(index) ?? -1;
  switch (instruction.name) {
    case "br":
    case "br_table":
      return targets;
    case "br_if":
      return [...targets, index + 1];
    case "if":
      return [index + 1, match + 1];
    case "else":
      return [match];
    case "return":
    case "unreachable":
      return [];
    default:
      return [index + 1];
  }
}

function flowOf({ instructions }: Body): Flow {
  const matches = matchBlocks(instructions);
  const frames: Frame[] = [];
  const next = instructions.map((instruction, index) => {
    const { name } = instruction;
    const ways = successors(instruction, index, frames, matches);
    if (name === "end") frames.pop();
    if (name === "block" || name === "loop" || name === "if") {
      const end = endOf(index, instructions, matches);
      frames.push({ start: index, end, isLoop: name === "loop" });
    }
    return ways.map((way) => (way >= instructions.length ? -1 : way));
  });
  return { instructions, next };
}

/** The constant that a plain 32-bit store at `index` writes, if it is one of the phases. */
function phaseStored(instructions: readonly Instruction[], index: number): number | undefined {
  if (instructions[index]?.name !== "i32.store") return undefined;
  const value = instructions[index - 1]?.value;
  return value !== undefined && value >= PHASE_FIRST && value <= PHASE_IDLE ? value : undefined;
}

/** What is wrong with the instruction at `index` inside a section; undefined for nothing. */
function defectAt(flow: Flow, index: number, memoryOffset: number | undefined): string | undefined {
  const instruction = flow.instructions[index];
  if (instruction === undefined) return "leaves the function before the idle store";
  const forbidden = FORBIDDEN.get(instruction.name);
  if (forbidden !== undefined) return `${forbidden} at ${instruction.offset}`;
  const ways = flow.next[index] ?? [];
  if (ways.some((way) => way !== -1 && way <= index)) {
    return `a branch back at ${instruction.offset}`;
  }
  const phase = phaseStored(flow.instructions, index);
  if (phase === undefined) return undefined;
  if (phase !== PHASE_IDLE) return `another section begins inside, at ${instruction.offset}`;
  if (instruction.memoryOffset === memoryOffset) return undefined;
  return `ends with another record's idle store, at ${instruction.offset}`;
}

function walk(body: Body, flow: Flow, begin: number, phase: number): Section {
  const memoryOffset = flow.instructions[begin]?.memoryOffset;
  const defects = new Set<string>();
  const seen = new Set<number>([begin]);
  const waiting = [...(flow.next[begin] ?? [])];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const defect = defectAt(flow, index, memoryOffset);
    if (defect !== undefined) defects.add(defect);
    // Nothing is followed past a defect that ends the section, or past its proper end.
    const isEnd = index === -1 || phaseStored(flow.instructions, index) !== undefined;
    if (!isEnd) waiting.push(...(flow.next[index] ?? []).filter((way) => way > begin || way < 0));
  }
  seen.delete(-1);
  const names = [...seen]
    .sort((a, b) => a - b)
    .map((index) => flow.instructions[index]?.name ?? "");
  const stores = names.filter(isStore);
  const { name } = body;
  return { name, phase, instructionCount: seen.size, stores, defects: [...defects] };
}

/** Every section of the module, in the order of the code. */
export function findSections({ bodies }: Module): Section[] {
  return bodies.flatMap((body) => {
    const flow = flowOf(body);
    return body.instructions.flatMap((_, index) => {
      const phase = phaseStored(body.instructions, index);
      return phase === undefined || phase === PHASE_IDLE ? [] : [walk(body, flow, index, phase)];
    });
  });
}

const TAKE = "i32.atomic.rmw.cmpxchg";
const GIVE = "i32.atomic.rmw.xchg";

/** What may be called with a lock in hand: it was waited for, or is made again for a dead owner. */
const CALLED_UNDER_A_LOCK = [
  "Lock.contend",
  "Rebuild.shard",
  "ArenaRebuild.run",
  "Catalogue.recover",
];

/** What would stop a thread at this instruction; undefined for nothing. */
function stopAt(
  { name, offset, callee }: Instruction,
  names: readonly string[],
): string | undefined {
  const forbidden = FORBIDDEN.get(name);
  if (forbidden === undefined || name === "return" || name === "unreachable") return undefined;
  const called = callee === undefined ? "" : (names[callee] ?? "");
  const isKnown = CALLED_UNDER_A_LOCK.some((known) => called.endsWith(known));
  return isKnown ? undefined : `${forbidden} at ${offset} ${called}`;
}

/** What stops a thread on its way from `start` to a section's begin or to giving the lock back. */
function stopsFrom(flow: Flow, start: number, names: readonly string[]): string[] {
  const stops: string[] = [];
  const seen = new Set<number>();
  const waiting = [...(flow.next[start] ?? [])];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const instruction = flow.instructions[index];
    if (seen.has(index) || instruction === undefined) continue;
    seen.add(index);
    const phase = phaseStored(flow.instructions, index);
    if (instruction.name === GIVE || (phase !== undefined && phase !== PHASE_IDLE)) continue;
    const stop = stopAt(instruction, names);
    if (stop !== undefined) stops.push(stop);
    else waiting.push(...(flow.next[index] ?? []));
  }
  return stops;
}

/** Where a thread could be stopped outside a section with the lock in its hand; one sentence each. */
export function findStops({ bodies, imports }: Module): string[] {
  const imported = imports.filter(({ kind }) => kind === "function").map(({ name }) => name);
  const names = [...imported, ...bodies.map(({ name }) => name)];
  return bodies.flatMap((body) => {
    const { instructions } = body;
    if (!instructions.some(({ name }) => name === GIVE)) return [];
    const flow = flowOf(body);
    const starts = instructions.flatMap(({ name }, index) =>
      name === TAKE || phaseStored(instructions, index) === PHASE_IDLE ? [index] : [],
    );
    const stops = starts.flatMap((start) => stopsFrom(flow, start, names));
    return stops.map((stop) => `${body.name}: ${stop}`);
  });
}
