/** A receipt handle can be an argument of the AWS CLI: it never begins with a dash. */
import { expect, test } from "vitest";
import { randomEpoch } from "../../engine/random.ts";

test("no memory's number makes receipt handles begin with a dash", () => {
  const word = Buffer.alloc(4);
  const firsts = Array.from({ length: 20_000 }, () => {
    word.writeUInt32LE(randomEpoch());
    return word.toString("base64url")[0];
  });
  expect(firsts).not.toContain("-");
});
