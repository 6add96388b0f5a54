// resize.mjs: each thread of the pool loads it
export default async function resize(message) {
  if (!message.body.endsWith(".jpg")) throw new Error(`${message.body} is no picture`);
}
