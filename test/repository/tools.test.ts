import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { requiredTools, requireTool } from "../support/tools.ts";

describe("a test that needs an outside tool", () => {
  let said: MockInstance;
  beforeEach(() => {
    said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  });
  afterEach(() => {
    said.mockRestore();
    vi.unstubAllEnvs();
  });

  test("runs where the tool is there", () => {
    expect(requireTool("aws", true)).toBe(true);
    expect(said).not.toHaveBeenCalled();
  });

  test("is skipped aloud where the tool is absent", () => {
    vi.stubEnv("SLUICE_REQUIRE", "boto3");
    expect(requireTool("aws", false)).toBe(false);
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("aws"));
  });

  test("fails where SLUICE_REQUIRE names the absent tool", () => {
    vi.stubEnv("SLUICE_REQUIRE", "boto3, aws");
    expect(() => requireTool("aws", false)).toThrow(/SLUICE_REQUIRE names aws/);
  });

  test("needs nothing where SLUICE_REQUIRE is empty", () => {
    expect(requiredTools("")).toEqual([]);
    expect(requiredTools("aws,, terraform ")).toEqual(["aws", "terraform"]);
  });
});
