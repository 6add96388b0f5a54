// An idempotent consumer: a message may come more than once, so its effect must not. What was done
// is remembered by a key that the message itself carries, and not by its MessageId: a sender that
// tries again makes a new message.
import { Broker, VirtualClock } from "sluice";

const clock = new VirtualClock(); // so that this example needs no half-minute to pass
const broker = await Broker.open({ clock });
const queue = await broker.createQueue("payments", { visibilityTimeout: 30 });

const done = new Set(); // in earnest: a unique key in the database that the effect goes to
let charged = 0;

function charge({ payment, amount }) {
  if (done.has(payment)) return "was charged before";
  charged += amount;
  done.add(payment); // together with the effect, in one transaction
  return "charged";
}

/** Handles one message; a consumer that dies has done the work, but not said so. */
async function consume(dies) {
  const [message] = await queue.receive();
  const payment = JSON.parse(message.body);
  console.log(`payment ${payment.payment}, receive ${message.receiveCount}: ${charge(payment)}`);
  if (!dies) await message.delete();
}

const payment = JSON.stringify({ payment: "A-17", amount: 50 });
await queue.send(payment);
await consume(true);
await clock.advance(30_000); // the visibility timeout runs out, and the message is there again
await consume(false);
await queue.send(payment); // the sender got no answer, and tries again
await consume(false);
console.log(`${charged} charged`);
await broker.close();

// Prints:
// payment A-17, receive 1: charged
// payment A-17, receive 2: was charged before
// payment A-17, receive 1: was charged before
// 50 charged
