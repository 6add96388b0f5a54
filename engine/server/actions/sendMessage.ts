/** SendMessage: one message; the hottest way through the server, with ReceiveMessage. */
import { queueAction } from "../action.ts";
import { prepareSend, sendMembers, sentMembers, showSent } from "../sends.ts";

const wire = { members: sendMembers, result: sentMembers } as const;

export const sendMessage = queueAction(wire, async (context, input, queue) => {
  const prepared = prepareSend(context, input);
  const { entry } = prepared;
  return showSent(await queue.send(entry.body, entry), prepared);
});
