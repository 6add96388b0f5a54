/** SendMessage: one message; the hottest way through the server, with ReceiveMessage. */
import { queueAction } from "../action.ts";
import { prepareSend, sendMembers, sentMembers, showSent } from "../wire/sends.ts";
import { messageTooLong } from "../wire/sizes.ts";

const wire = { members: sendMembers, result: sentMembers, tooLong: messageTooLong } as const;

export const sendMessage = queueAction(wire, (context, input, queue) => {
  const prepared = prepareSend(context, input);
  const { entry } = prepared;
  return queue.send(entry.body, entry).then((sent) => showSent(sent, prepared));
});
