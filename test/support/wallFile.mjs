/**
 * Loaded first into a child process (`--import`): its wall clock shows as much more, in milliseconds,
 * as the file says that WALL_SHIFT_FILE names.
 */
import { readFileSync } from "node:fs";

const { now } = Date;
Date.now = () => now.call(Date) + Number(readFileSync(process.env.WALL_SHIFT_FILE, "utf8"));
