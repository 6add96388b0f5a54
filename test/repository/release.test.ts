/**
 * The release binary testifies: read from the file that ships, not from what the compiler was asked
 * for. Its shape lets every thread instantiate it over one memory, and each of its critical sections
 * is straight-line code. test/repository/sections.test.ts shows that these checks can fail.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { bytesOf } from "../support/builds.ts";
import { findSections, findStops, PHASE_IDLE, type Section } from "../support/sections.ts";
import { readModule, shapeDefects } from "../support/wasm.ts";

const bytes = bytesOf("release");

describe("the release binary", () => {
  const module = readModule(bytes);
  const sections = findSections(module);
  const begins = Object.entries(layout).filter(([name]) => name.startsWith("PHASE_BEGIN_"));

  test("imports the memory and nothing else, and holds no data, state or start code", () => {
    expect(shapeDefects(module)).toEqual([]);
    expect(module.bodies.length).toBeGreaterThan(0);
  });

  test("is the file that the package ships", () => {
    expect(
      Buffer.compare(readFileSync(new URL("../../dist/engine.wasm", import.meta.url)), bytes),
    ).toBe(0);
  });

  test("marks every kind of section that the layout names", () => {
    expect(layout.PHASE_IDLE).toBe(PHASE_IDLE);
    expect(begins.length).toBeGreaterThan(0);
    const compiled = new Set(sections.map(({ phase }) => phase));
    const missing = begins.filter(([, phase]) => !compiled.has(phase)).map(([name]) => name);
    expect(missing).toEqual([]);
    expect(sections.length).toBeGreaterThanOrEqual(begins.length);
  });

  test("has nothing but straight-line code in its sections", () => {
    const names = new Map(begins.map(([name, phase]) => [phase, name]));
    const defects = sections.flatMap(({ name, phase, defects }) =>
      defects.map((defect) => `${name}, ${names.get(phase) ?? phase}: ${defect}`),
    );
    expect(defects).toEqual([]);
    const longest = Math.max(...sections.map(({ instructionCount }) => instructionCount));
    console.log(`${sections.length} sections, the longest of ${longest} instructions`);
  });

  test("stores in its sections what the probe build stores, which tests cut", () => {
    const storesOf = (all: readonly Section[]): string[] =>
      all.map(({ name, phase, stores }) => `${name} ${phase}: ${stores.join(" ")}`).sort();
    const probe = findSections(readModule(bytesOf("probe")));
    expect(storesOf(probe)).toEqual(storesOf(sections));
    expect(Math.min(...sections.map(({ stores }) => stores.length))).toBeGreaterThan(0);
  });

  test("stops nowhere between a lock and its section", () => {
    expect(findStops(module)).toEqual([]);
  });
});
