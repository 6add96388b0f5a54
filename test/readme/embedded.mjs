import { Broker } from "sluice";

const broker = await Broker.open();
const queue = await broker.createQueue("jobs", { visibilityTimeout: 30 });
await queue.send("resize cat.jpg");
const [message] = await queue.receive({ waitTimeSeconds: 20 });
await message.delete();
console.log(message.body, queue.counts());
await broker.close();
