// Dead letters: a message that no handler can take would come back for ever. After so many receives
// the queue moves it to another one, where somebody looks at it; once the cause is mended, all of
// them go back to where they came from.
import { Broker, VirtualClock } from "sluice";

const clock = new VirtualClock(); // so that this example needs no timeouts to pass
const broker = await Broker.open({ clock });
const failed = await broker.createQueue("mail-failed");
const queue = await broker.createQueue("mail", {
  visibilityTimeout: 30,
  redrivePolicy: { deadLetterTargetArn: failed.arn, maxReceiveCount: 3 },
});

let knowsHtml = false;

function handle({ to, format }) {
  if (format === "html" && !knowsHtml) throw new Error("what is html?");
  console.log(`mail to ${to}`);
}

/** Takes what is there; what fails is not deleted, and comes again after the timeout. */
async function consume() {
  for (const message of await queue.receive({ maxNumberOfMessages: 10 })) {
    try {
      handle(JSON.parse(message.body));
      await message.delete();
    } catch (error) {
      console.log(`receive ${message.receiveCount} failed: ${error.message}`);
    }
  }
  await clock.advance(30_000);
}

await queue.send(JSON.stringify({ to: "ann", format: "html" }));
await queue.send(JSON.stringify({ to: "bob", format: "text" }));
for (let round = 1; round <= 4; round++) await consume();
console.log(`${queue.counts().visible} in the queue, ${failed.counts().visible} failed`);

knowsHtml = true;
await broker.startMessageMoveTask({ sourceArn: failed.arn });
await clock.advance(1_000);
await consume();
console.log(`${queue.counts().visible} in the queue, ${failed.counts().visible} failed`);
await broker.close();

// Prints:
// receive 1 failed: what is html?
// mail to bob
// receive 2 failed: what is html?
// receive 3 failed: what is html?
// 0 in the queue, 1 failed
// mail to ann
// 0 in the queue, 0 failed
