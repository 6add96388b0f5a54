/** A handler as CommonJS exports it. */
exports.handleBatch = (messages, { data }) => {
  for (const message of messages) Atomics.add(data.seen, Number(message.body), 1);
};
exports.setup = ({ data }) => {
  Atomics.sub(data.seen, 0, 1);
};
exports.close = ({ data }) => {
  Atomics.add(data.seen, 0, 1);
};
