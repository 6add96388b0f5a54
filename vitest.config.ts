// The test runner's settings. Tests run the TypeScript sources; worker threads and child processes
// run from dist/, which is why every npm script that tests builds first. Three projects: `test` is
// what `npm test` proves on every change, `stress` is what may take minutes, and `terraform` is what
// waits for minutes because Terraform's AWS provider does. Files run one after the other: many start
// threads of their own and measure time, and would disturb each other.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    fileParallelism: false,
    reporters: ["default", ["json", { outputFile: "build/test-results.json" }]],
    projects: [
      {
        extends: true,
        test: {
          name: "test",
          include: ["test/**/*.test.ts"],
          exclude: ["test/stress/**", "test/terraform/**"],
          pool: "forks",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "stress",
          include: ["test/stress/**/*.test.ts"],
          pool: "forks",
          testTimeout: 1_800_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "terraform",
          include: ["test/terraform/**/*.test.ts"],
          pool: "forks",
          testTimeout: 900_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
