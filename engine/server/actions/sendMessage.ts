/** SendMessage: one message; the hottest way through the server, with ReceiveMessage. */
import { queueAction } from "../action.ts";
import { prepareSend, sendMembers, showSent } from "../sends.ts";

export const sendMessage = queueAction(sendMembers, async (context, input, queue) => {
  const prepared = prepareSend(context, queue, input);
  const { entry } = prepared;
  return showSent(await queue.send(entry.body, entry), prepared);
});
