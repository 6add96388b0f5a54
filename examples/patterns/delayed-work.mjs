// Work for later: a message can be held back for up to 15 minutes, by itself or by its queue. What is
// due later than that is sent again, with the time that is left, until it is due.
import { Broker, VirtualClock } from "sluice";

const MAX_DELAY_SECONDS = 900;
const clock = new VirtualClock(); // so that this example needs no hour to pass
const broker = await Broker.open({ clock });
const queue = await broker.createQueue("reminders");
const startMs = clock.nowMs();

async function remind(text, dueMs) {
  const leftSeconds = Math.max(0, Math.ceil((dueMs - clock.nowMs()) / 1_000));
  const delaySeconds = Math.min(leftSeconds, MAX_DELAY_SECONDS);
  await queue.send(JSON.stringify({ text, dueMs }), { delaySeconds });
}

await remind("in an hour", startMs + 3_600_000);
await remind("in a minute", startMs + 60_000);
await remind("now", startMs);

for (let minute = 0; minute <= 60; minute++) {
  for (const message of await queue.receive({ maxNumberOfMessages: 10 })) {
    const { text, dueMs } = JSON.parse(message.body);
    if (dueMs > clock.nowMs()) await remind(text, dueMs);
    else console.log(`minute ${minute}: ${text}`);
    await message.delete();
  }
  await clock.advance(60_000);
}
await broker.close();

// Prints:
// minute 0: now
// minute 1: in a minute
// minute 60: in an hour
