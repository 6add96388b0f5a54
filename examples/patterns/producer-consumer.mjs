// Producer and consumer: one side sends and goes on, the other handles at its own pace. A message
// that is not deleted, because its handler failed, comes again.
import { Broker } from "sluice";

const broker = await Broker.open();
const queue = await broker.createQueue("orders");

async function produce(count) {
  for (let order = 1; order <= count; order++) await queue.send(JSON.stringify({ order }));
}

/** Takes messages until it has had `count` of them; waits while there are none. */
async function consume(count) {
  let handled = 0;
  for await (const message of queue.messages()) {
    const { order } = JSON.parse(message.body);
    handled += order > 0 ? 1 : 0;
    await message.delete(); // only now is it done
    if (handled === count) return handled;
  }
}

const [, handled] = await Promise.all([produce(100), consume(100)]);
console.log(`${handled} orders handled, ${queue.counts().visible} left`);
await broker.close();

// Prints:
// 100 orders handled, 0 left
