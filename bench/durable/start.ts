/**
 * A start of a broker, in a process of its own, as restart.ts asks for one: prints how long it took from the call
 * of `Broker.open` until its promise resolved, and how many messages are there again.
 */
import { openRestarted } from "./sluice.ts";

const [directory = "", messages = "0"] = process.argv.slice(2);
const beganMs = performance.now();
const broker = await openRestarted(directory, Number(messages));
const startMs = performance.now() - beganMs;
const found = (await broker.getQueue("bench")).counts().visible;
await broker.close();
process.stdout.write(JSON.stringify({ startMs, found }));
