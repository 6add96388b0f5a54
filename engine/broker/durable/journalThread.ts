/**
 * The main file of the journal's thread, which the opener of a broker with a directory starts. It ends when its
 * work has (journalMain.ts). The build puts all that it loads into one file, which is CommonJS: it can't wait at its top
 * level. journalThread.cjs runs that with V8's code cache (scripts/cached.cjs).
 */
import { NodeDisk } from "../../journal/nodeDisk.ts";
import { SyncThreads } from "../../journal/syncThreads.ts";
import { runJournal, takeThreadData } from "./journalMain.ts";

const file = new URL("../../journal/syncThread.cjs", import.meta.url);

void takeThreadData().then((data) =>
  runJournal(data, (path, bell) => new NodeDisk(path, new SyncThreads({ file }, bell))),
);
