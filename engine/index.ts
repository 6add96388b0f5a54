/**
 * Sluice, embedded: a message broker with the semantics of Amazon SQS inside this process, shared by
 * all of its threads.
 *
 * Where things are: `broker/` holds queues and their operations, one verb a file, and the steward
 * that looks after threads that die; `consumer/` runs handlers on threads; `server/` is the SQS endpoint in front of a broker; `cli/` is
 * the command `sluice`, one command a file; beside them stand the leaves that know nothing of each
 * other: clock (the only one to read the time), random (the only one to read entropy), errors,
 * limits, types. Below lies `bindings/`, which alone touches the shared memory and the compiled
 * engine of `assembly/`.
 *
 * @example
 * const broker = await Broker.open();
 * const queue = await broker.createQueue("jobs");
 * await queue.send("hello");
 * for (const message of await queue.receive()) await message.delete();
 * await broker.close();
 */

export { Broker } from "./broker/broker.ts";
export { MessageBatch } from "./broker/messages/batch.ts";
export { EngineTrap } from "./broker/threads/trap.ts";
export { AbortError } from "./broker/waiting/abort.ts";
export { VirtualClock } from "./clock.ts";
export { consume } from "./consumer/consume.ts";
export type {
  BatchHandler,
  BatchResponse,
  ConsumeOptions,
  Consumer,
  ConsumerEvents,
  ConsumerStats,
  HandledCounts,
  Handler,
  HandlerContext,
  HandlerModule,
  StopOptions,
  SyncHandler,
  ThreadDeath,
  ThreadStats,
} from "./consumer/types.ts";
export { type ErrorCode, SluiceError } from "./errors.ts";
export type {
  AttributeValue,
  BatchResult,
  Body,
  BrokerHandle,
  BrokerOptions,
  Clock,
  CloseOptions,
  ListQueuesOptions,
  ListTasksOptions,
  Message,
  MessageBatchShape,
  MessageMoveTask,
  MessageMoveTaskOptions,
  MessageState,
  PeekedMessage,
  PeekOptions,
  PeekPage,
  Queue,
  QueueAttributes,
  QueueChange,
  QueueCounts,
  QueueDetails,
  QueueTotals,
  Quotas,
  ReceiveOptions,
  RedrivePolicy,
  SendBatchOptions,
  SendEntry,
  SendOptions,
  Sent,
  StoredAttributes,
  SyncQueue,
} from "./types.ts";
