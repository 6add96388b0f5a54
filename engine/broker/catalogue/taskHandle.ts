/** Handles of message move tasks: a text that names the task and its source queue, as AWS's does. */

export function handleOf(id: string, sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString("base64");
}

/** The queue that a task's handle speaks of, there or not; undefined for what is no handle. */
export function sourceOfHandle(handle: string): string | undefined {
  return openHandle(handle)?.sourceArn;
}

/** Undefined for what is no handle. */
export function openHandle(handle: string): { taskId: string; sourceArn: string } | undefined {
  try {
    const { taskId, sourceArn } = JSON.parse(Buffer.from(handle, "base64").toString());
    if (typeof taskId === "string" && typeof sourceArn === "string") return { taskId, sourceArn };
  } catch {
    // Not one of ours: told by who asked.
  }
  return undefined;
}
