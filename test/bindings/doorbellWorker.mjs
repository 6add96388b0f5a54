/** The other threads of doorbell.test.ts. Runs from dist/, as every worker thread does. */
import { parentPort, workerData } from "node:worker_threads";
import { Engine } from "../../dist/bindings/index.js";

const { share, queue, role } = workerData;
/** Far more than the ring takes on any machine. */
const SLEEP_MS = 30_000;

const engine = Engine.attach(share);
const { doorbell } = engine;

function sleep() {
  engine.waitBegin(queue);
  const seen = doorbell.read();
  parentPort.postMessage("ready");
  parentPort.postMessage(doorbell.sleep(seen, SLEEP_MS) ? "rung" : "timed out");
}

switch (role) {
  case "sleep":
    sleep();
    break;
  case "sleep beside a wait":
    void doorbell.rung(doorbell.read());
    sleep();
    break;
  default:
    void doorbell.rung(doorbell.read());
    engine.leave();
    parentPort.postMessage("left");
    // It lives on.
    setInterval(() => undefined, 1_000);
}
