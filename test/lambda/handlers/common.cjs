// A handler as CommonJS has it, and one inside an object, which names one message as failed.
exports.handler = (event, { sluice }) => {
  Atomics.add(sluice.data.words, 0, event.Records.length);
};

exports.api = {
  handler: async (event, { sluice }) => {
    Atomics.add(sluice.data.words, 1, event.Records.length);
    const [{ messageId, attributes }] = event.Records;
    if (attributes.ApproximateReceiveCount > 1) return null;
    return { batchItemFailures: [{ itemIdentifier: messageId }] };
  },
};
