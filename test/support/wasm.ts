/**
 * A reader of the WebAssembly binary format, for tests that ask the compiled engine about itself
 * instead of trusting the compiler's flags. It reads every section that says something about the
 * module's shape and decodes every function body instruction by instruction. It is strict: an
 * unknown opcode, a section or body that does not end where it said it would, or nesting that does
 * not close is an error, never a guess. It checks no types; the engine that loads the module does.
 * Source: https://webassembly.github.io/spec/core/binary/
 */
import { CORE_OPCODES, type Opcode, type Operands, PREFIXED_OPCODES } from "./opcodes.ts";

export interface Instruction {
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly name: string;
  /** `i32.const`: the value, signed. */
  readonly value?: number;
  /** Loads and stores: the constant added to the address, in bytes. */
  readonly memoryOffset?: number;
  /** `br`, `br_if`, `br_table`: how many enclosing blocks each target is away. */
  readonly labels?: readonly number[];
  /** `call`, `return_call`: the function's index, imported ones first. */
  readonly callee?: number;
}

export interface Body {
  /** The function's name from the name section, or its number. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global";
}

export interface Module {
  readonly imports: readonly Import[];
  /** Memories, tables and globals that the module defines itself; imports are not among them. */
  readonly memoryCount: number;
  readonly tableCount: number;
  readonly mutableGlobalCount: number;
  readonly elementCount: number;
  readonly dataCount: number;
  readonly hasDataCountSection: boolean;
  readonly hasStart: boolean;
  readonly bodies: readonly Body[];
}

const SECTION = {
  custom: 0,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

const IMPORT_KINDS = ["function", "table", "memory", "global"] as const;

/** A place in the bytes, which moves on with each read. */
class Cursor {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    if (end > bytes.length) throw new Error(`a part ends at ${end}, past the file's end`);
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    const byte = this.position < this.end ? this.bytes[this.position] : undefined;
    if (byte === undefined) throw new Error(`the part ends too soon, at ${this.position}`);
    this.position++;
    return byte;
  }

  skip(count: number): void {
    if (this.position + count > this.end) throw new Error(`no ${count} bytes at ${this.position}`);
    this.position += count;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error(`a number of more than 32 bits before ${this.position}`);
  }

  /** A signed LEB128 number of at most `bits` bits; what a double can't hold exactly is rounded. */
  signed(bits: number): number {
    // Most have one byte, of which the seventh bit is the sign.
    const first = this.position < this.end ? (this.bytes[this.position] as number) : 0x80;
    if (first < 0x80) {
      this.position++;
      return (first << 25) >> 25;
    }
    let value = 0n;
    for (let shift = 0; shift < bits + 7; shift += 7) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return Number(BigInt.asIntN(shift + 7, value));
    }
    throw new Error(`a number of more than ${bits} bits before ${this.position}`);
  }

  text(): string {
    const length = this.u32();
    const start = this.position;
    this.skip(length);
    return new TextDecoder("utf-8", { fatal: true }).decode(
      this.bytes.subarray(start, this.position),
    );
  }

  /** A part of this one: its length, then that many bytes, which this cursor steps over. */
  part(): Cursor {
    const length = this.u32();
    const start = this.position;
    this.skip(length);
    return new Cursor(this.bytes, start, start + length);
  }
}

function readLimits(cursor: Cursor): void {
  const flags = cursor.byte();
  cursor.u32();
  if ((flags & 1) !== 0) cursor.u32();
}

function readImport(cursor: Cursor): Import {
  const module = cursor.text();
  const name = cursor.text();
  const code = cursor.byte();
  const kind = IMPORT_KINDS[code];
  if (kind === undefined) throw new Error(`unknown kind of import ${code}`);
  if (kind === "function") cursor.u32();
  if (kind === "table") cursor.skip(1);
  if (kind === "table" || kind === "memory") readLimits(cursor);
  if (kind === "global") cursor.skip(2);
  return { module, name, kind };
}

type Reader = (cursor: Cursor) => Partial<Instruction>;

function readMemoryOperand(cursor: Cursor): Partial<Instruction> {
  const flags = cursor.u32();
  if (flags >= 64) throw new Error(`an access to another memory at ${cursor.position}`);
  return { memoryOffset: cursor.u32() };
}

function skipper(step: (cursor: Cursor) => void): Reader {
  return (cursor) => {
    step(cursor);
    return {};
  };
}

function readVector(cursor: Cursor): number[] {
  return Array.from({ length: cursor.u32() }, () => cursor.u32());
}

const OPERANDS: Readonly<Record<Operands, Reader>> = {
  none: () => ({}),
  blockType: skipper((cursor) => cursor.signed(33)),
  index: skipper((cursor) => cursor.u32()),
  callee: (cursor) => ({ callee: cursor.u32() }),
  label: (cursor) => ({ labels: [cursor.u32()] }),
  index2: skipper((cursor) => cursor.u32() + cursor.u32()),
  labelTable: (cursor) => ({ labels: [...readVector(cursor), cursor.u32()] }),
  valueTypes: skipper(readVector),
  memory: readMemoryOperand,
  memoryLane: (cursor) => {
    const operand = readMemoryOperand(cursor);
    cursor.skip(1);
    return operand;
  },
  lane: skipper((cursor) => cursor.skip(1)),
  byte: skipper((cursor) => cursor.skip(1)),
  byte2: skipper((cursor) => cursor.skip(2)),
  indexByte: skipper((cursor) => cursor.u32() + cursor.byte()),
  i32: (cursor) => ({ value: cursor.signed(32) }),
  i64: skipper((cursor) => cursor.signed(64)),
  bytes4: skipper((cursor) => cursor.skip(4)),
  bytes8: skipper((cursor) => cursor.skip(8)),
  bytes16: skipper((cursor) => cursor.skip(16)),
  heapType: skipper((cursor) => cursor.signed(33)),
};

function readOpcode(cursor: Cursor): Opcode {
  const offset = cursor.position;
  const first = cursor.byte();
  const prefixed = PREFIXED_OPCODES.get(first);
  const number = prefixed === undefined ? first : cursor.u32();
  const opcode = (prefixed ?? CORE_OPCODES).get(number);
  if (opcode !== undefined) return opcode;
  const prefix = prefixed === undefined ? "" : `0x${first.toString(16)} `;
  throw new Error(`unknown opcode ${prefix}0x${number.toString(16)} at ${offset}`);
}

function readInstruction(cursor: Cursor): Instruction {
  const offset = cursor.position;
  const { name, operands } = readOpcode(cursor);
  return { offset, name, ...OPERANDS[operands](cursor) };
}

/** Reads instructions up to and with the `end` that closes the expression. */
function readExpression(cursor: Cursor): Instruction[] {
  const instructions: Instruction[] = [];
  for (let depth = 1; depth > 0; ) {
    const instruction = readInstruction(cursor);
    instructions.push(instruction);
    const { name } = instruction;
    if (name === "block" || name === "loop" || name === "if") depth++;
    else if (name === "end") depth--;
  }
  return instructions;
}

function readBody(cursor: Cursor): Instruction[] {
  for (let groups = cursor.u32(); groups > 0; groups--) {
    cursor.u32();
    cursor.skip(1);
  }
  const instructions = readExpression(cursor);
  if (!cursor.done) throw new Error(`a body closes at ${cursor.position}, before its end`);
  return instructions;
}

function countMutableGlobals(cursor: Cursor): number {
  let count = 0;
  for (let left = cursor.u32(); left > 0; left--) {
    cursor.skip(1);
    count += cursor.byte();
    readExpression(cursor);
  }
  return count;
}

/** The functions' names by their number, from the custom section "name"; empty where it is absent. */
function readNames(cursor: Cursor | undefined): Map<number, string> {
  const names = new Map<number, string>();
  while (cursor !== undefined && !cursor.done) {
    const kind = cursor.byte();
    const part = cursor.part();
    if (kind !== 1) continue;
    for (let left = part.u32(); left > 0; left--) names.set(part.u32(), part.text());
  }
  return names;
}

interface Sections {
  readonly plain: ReadonlyMap<number, Cursor>;
  readonly names: Cursor | undefined;
}

function splitSections(bytes: Uint8Array): Sections {
  const head = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (head.some((byte, index) => bytes[index] !== byte)) throw new Error("no WebAssembly 1 file");
  const plain = new Map<number, Cursor>();
  let names: Cursor | undefined;
  for (const cursor = new Cursor(bytes, head.length); !cursor.done; ) {
    const id = cursor.byte();
    const part = cursor.part();
    if (id === SECTION.custom) {
      if (part.text() === "name") names = part;
      continue;
    }
    if (id > SECTION.dataCount || plain.has(id)) throw new Error(`unexpected section ${id}`);
    plain.set(id, part);
  }
  return { plain, names };
}

/** Reads a module; throws on anything it does not know. */
export function readModule(bytes: Uint8Array): Module {
  const { plain, names } = splitSections(bytes);
  const count = (id: number): number => plain.get(id)?.u32() ?? 0;
  const importSection = plain.get(SECTION.import);
  const imports = Array.from({ length: importSection?.u32() ?? 0 }, () =>
    readImport(importSection as Cursor),
  );
  const globals = plain.get(SECTION.global);
  const code = plain.get(SECTION.code);
  const functionNames = readNames(names);
  const firstFunction = imports.filter((entry) => entry.kind === "function").length;
  const bodies = Array.from({ length: code?.u32() ?? 0 }, (_, index) => ({
    name: functionNames.get(firstFunction + index) ?? `function ${firstFunction + index}`,
    instructions: readBody((code as Cursor).part()),
  }));
  if (code !== undefined && !code.done) throw new Error("the code section goes on after its end");
  if (count(SECTION.function) !== bodies.length) throw new Error("functions without bodies");
  return {
    imports,
    memoryCount: count(SECTION.memory),
    tableCount: count(SECTION.table),
    mutableGlobalCount: globals === undefined ? 0 : countMutableGlobals(globals),
    elementCount: count(SECTION.element),
    dataCount: count(SECTION.data),
    hasDataCountSection: plain.has(SECTION.dataCount),
    hasStart: plain.has(SECTION.start),
    bodies,
  };
}

/**
 * What keeps a module from being instantiated once a thread over one shared memory: an import other
 * than the memory, data (written again by each instance), state of its own, code run at the start.
 * One sentence a defect; none for a module of the right shape.
 */
export function shapeDefects(module: Module): string[] {
  const defects = module.imports
    .filter(({ kind }) => kind !== "memory")
    .map((entry) => `imports the ${entry.kind} ${entry.module}.${entry.name}`);
  const memories = module.imports.filter(({ kind }) => kind === "memory").length;
  if (memories !== 1) defects.push(`imports ${memories} memories instead of one`);
  if (module.memoryCount > 0) defects.push("has a memory of its own");
  if (module.dataCount > 0 || module.hasDataCountSection) defects.push("has a data section");
  if (module.mutableGlobalCount > 0) defects.push(`${module.mutableGlobalCount} mutable globals`);
  if (module.hasStart) defects.push("has a start function");
  if (module.tableCount > 0 || module.elementCount > 0) defects.push("has a table");
  return defects;
}
