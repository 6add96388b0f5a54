/** Who a process is, and whether it still runs, as the system says. Of another machine, and of a lock: fileJournal.test.ts. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mayBeAlive, thisProcess } from "../../engine/journal/owner.ts";

test("a process that runs does, until it has ended, also while nobody has waited for it", async (context) => {
  const self = thisProcess();
  if (self.start === "") {
    expect(process.platform, "Linux has /proc").not.toBe("linux");
    context.skip("this system has no /proc");
  }
  // Its child ends soon; the program that takes its place never waits for it.
  const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 600"]);
  try {
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    const stat = () => readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    await expect.poll(() => stat()[0]).toBe("Z");
    expect(mayBeAlive({ ...self, pid, start: stat()[19] ?? "" }, self)).toBe(false);
    expect(mayBeAlive(self, self)).toBe(true);
  } finally {
    const closed = once(parent, "close");
    parent.kill("SIGKILL");
    // Files share this process, and some look at what keeps it alive.
    await closed;
  }
});
