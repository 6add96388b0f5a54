"""What the scripts of this folder share: consumers in threads, and one JSON line a result."""

import json
import threading
import time


def report(name, **facts):
    """A result, for the test that runs the script."""
    print(json.dumps({"name": name, **facts}), flush=True)


def start(consumer, count=1):
    """Runs an endless consumer beside the script; it ends with the script."""
    for _ in range(count):
        threading.Thread(target=consumer, daemon=True).start()


def until(condition, seconds=30):
    """Waits until the condition holds; False when it never did."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def counts(sqs, queue_url):
    """Visible, in flight and delayed messages."""
    names = ["", "NotVisible", "Delayed"]
    attributes = sqs.get_queue_attributes(
        QueueUrl=queue_url,
        AttributeNames=[f"ApproximateNumberOfMessages{name}" for name in names],
    )["Attributes"]
    return [int(attributes[f"ApproximateNumberOfMessages{name}"]) for name in names]
