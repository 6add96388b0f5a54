/**
 * The fault build is any build of the engine, made to trap just before its n-th store. The binary is
 * rewritten, instruction by instruction: before each store (plain, atomic, read-modify-write, copy,
 * fill) stands a call that counts a global down and traps at zero. So the code under test is the
 * binary's own, and a trap can be planted at every store there is, inside sections and
 * between them. `faultAt.value = n` arms it, 0 disarms.
 */
import { isStore } from "./opcodes.ts";
import { type Body, readModule } from "./wasm.ts";

const TYPE = 1;
const FUNCTION = 3;
const GLOBAL = 6;
const EXPORT = 7;
const CODE = 10;
const I32 = 0x7f;
const CALL = 0x10;

/** A mutable i32 that begins at 0. */
const COUNTDOWN = [I32, 1, 0x41, 0, 0x0b];

/** The name under which the countdown is exported. */
export const FAULT_GLOBAL = "faultAt";

function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return bytes;
}

function readLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let next = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next++] as number;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next };
  }
}

interface Part {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

function partsOf(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at] as number;
    const { value, next } = readLeb(bytes, at + 1);
    parts.push({ id, from: next, to: next + value });
    at = next + value;
  }
  return parts;
}

/** A section that is a vector, with one more item at its end. */
function withItem(bytes: Uint8Array, part: Part, item: readonly number[]): number[] {
  const { value, next } = readLeb(bytes, part.from);
  return [...leb(value + 1), ...bytes.subarray(next, part.to), ...item];
}

function countOf(bytes: Uint8Array, part: Part): number {
  return readLeb(bytes, part.from).value;
}

/** Counts down; traps when it reaches zero. */
function tickBody(global: number): number[] {
  const at = leb(global);
  const count = [0x23, ...at, 0x41, 1, 0x6b, 0x24, ...at];
  const trap = [0x23, ...at, 0x45, 0x04, 0x40, 0x00, 0x0b];
  const body = [0, ...count, ...trap, 0x0b];
  return [...leb(body.length), ...body];
}

/** Every body again, with a call of function `tick` before each store, and the tick's own body. */
function codeWithTicks(
  bytes: Uint8Array,
  part: Part,
  bodies: readonly Body[],
  tick: number,
  global: number,
  isCounted: (name: string) => boolean,
): number[] {
  const call = [CALL, ...leb(tick)];
  const first = readLeb(bytes, part.from);
  const code: number[] = [...leb(first.value + 1)];
  let at = first.next;
  for (const { instructions } of bodies) {
    const { value, next } = readLeb(bytes, at);
    const end = next + value;
    const body: number[] = [...bytes.subarray(next, instructions[0]?.offset ?? end)];
    instructions.forEach(({ offset, name }, index) => {
      if (isCounted(name)) body.push(...call);
      const stop = instructions[index + 1]?.offset ?? end;
      for (let byte = offset; byte < stop; byte++) body.push(bytes[byte] as number);
    });
    for (const byte of leb(body.length)) code.push(byte);
    for (const byte of body) code.push(byte);
    at = end;
  }
  return [...code, ...tickBody(global)];
}

/** The same module, exporting a countdown that traps before a store, or before another instruction. */
export function plantFaults(
  bytes: Uint8Array,
  isCounted: (name: string) => boolean = isStore,
): Uint8Array {
  const parts = partsOf(bytes);
  const find = (id: number): Part => {
    const part = parts.find((one) => one.id === id);
    if (part === undefined) throw new Error(`the module has no section ${id}`);
    return part;
  };
  const type = countOf(bytes, find(TYPE));
  const { imports, bodies } = readModule(bytes);
  const imported = imports.filter(({ kind }) => kind === "function").length;
  const tick = imported + countOf(bytes, find(FUNCTION));
  const globals = parts.find(({ id }) => id === GLOBAL);
  const global = globals === undefined ? 0 : countOf(bytes, globals);
  const name = new TextEncoder().encode(FAULT_GLOBAL);
  const changed = new Map<number, number[]>([
    [TYPE, withItem(bytes, find(TYPE), [0x60, 0, 0])],
    [FUNCTION, withItem(bytes, find(FUNCTION), leb(type))],
    [GLOBAL, globals === undefined ? [1, ...COUNTDOWN] : withItem(bytes, globals, COUNTDOWN)],
    [EXPORT, withItem(bytes, find(EXPORT), [...leb(name.length), ...name, 3, ...leb(global)])],
    [CODE, codeWithTicks(bytes, find(CODE), bodies, tick, global, isCounted)],
  ]);
  // What ships has no globals: then they stand before the exports, as the format has it.
  const all =
    globals === undefined
      ? parts.flatMap((part) =>
          part.id === EXPORT ? [{ id: GLOBAL, from: 0, to: 0 }, part] : part,
        )
      : parts;
  const chunks = all.map(({ id, from, to }) => {
    const content = changed.get(id) ?? bytes.subarray(from, to);
    return [Uint8Array.from([id, ...leb(content.length)]), Uint8Array.from(content)];
  });
  return Buffer.concat([bytes.subarray(0, 8), ...chunks.flat()]);
}
