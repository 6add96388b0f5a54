// The batch utility of Powertools for AWS Lambda, as its documentation has it: processors made once a
// module, which keep what they are called with until they are called again.
import {
  BatchProcessor,
  BatchProcessorSync,
  EventType,
  processPartialResponse,
  processPartialResponseSync,
  SqsFifoPartialProcessor,
  SqsFifoPartialProcessorAsync,
} from "@aws-lambda-powertools/batch";

const processors = {
  async: new BatchProcessor(EventType.SQS),
  sync: new BatchProcessorSync(EventType.SQS),
  fifo: new SqsFifoPartialProcessor(),
  fifoAsync: new SqsFifoPartialProcessorAsync(),
};

/** The body is the message's number; `failing` says how often each fails before it is done. */
function handled({ body, attributes }, { order, failing }) {
  const number = Number(body);
  if (Number(attributes.ApproximateReceiveCount) <= failing[number]) throw new Error(`no ${body}`);
  // Which is done when: the words behind a count.
  order[1 + Atomics.add(order, 0, 1)] = number;
}

export const handler = async (event, context) => {
  const { kind, skipGroupOnError, ...data } = context.sluice.data;
  const processor = processors[kind];
  const options = { context, ...(skipGroupOnError && { skipGroupOnError }) };
  if (kind === "sync" || kind === "fifo") {
    return processPartialResponseSync(event, (record) => handled(record, data), processor, options);
  }
  const slowly = async (record) => {
    await new Promise((resolve) => setImmediate(resolve));
    handled(record, data);
  };
  return processPartialResponse(event, slowly, processor, options);
};
