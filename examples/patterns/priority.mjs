// Priority: SQS has none within a queue, so what is urgent has a queue of its own. A consumer looks
// there first, and waits only where both are empty: for a short time at the ordinary queue, which is
// how late it may learn of something urgent.
import { Broker } from "sluice";

const broker = await Broker.open();
const urgent = await broker.createQueue("urgent");
const ordinary = await broker.createQueue("ordinary");

async function next() {
  for (;;) {
    const [first] = await urgent.receive();
    if (first !== undefined) return first;
    const [second] = await ordinary.receive({ waitTimeSeconds: 1 });
    if (second !== undefined) return second;
  }
}

await ordinary.send("newsletter");
await ordinary.send("monthly report");
await urgent.send("password reset");

for (let handled = 0; handled < 3; handled++) {
  const message = await next();
  console.log(message.body);
  await message.delete();
  if (handled === 1) await urgent.send("smoke alarm"); // comes in while others wait
}
console.log(`left: ${(await next()).body}`);
await broker.close();

// Prints:
// password reset
// newsletter
// smoke alarm
// left: monthly report
