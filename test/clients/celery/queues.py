"""kombu's SQS transport, as Debian has it: simple queues, and groups of a FIFO and a Standard queue."""

import os
import sys
from urllib.parse import urlparse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "boto3"))

import boto3  # noqa: E402
from harness import report  # noqa: E402
from kombu import Connection, Exchange, Queue  # noqa: E402

endpoint = urlparse(os.environ["AWS_ENDPOINT_URL"])
sqs = boto3.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
options = {"region": "us-east-1", "is_secure": False, "wait_time_seconds": 1}
url = f"sqs://any:any@{endpoint.netloc}"


def bodies(queue_url):
    """What a plain client finds in the queue: group and deduplication id of each message."""
    answer = sqs.receive_message(QueueUrl=queue_url, AttributeNames=["All"], MaxNumberOfMessages=10)
    names = ["MessageGroupId", "MessageDeduplicationId"]
    return [[m["Attributes"].get(name) for name in names] for m in answer.get("Messages", [])]


with Connection(url, transport_options=options) as connection:
    simple = connection.SimpleQueue("simple")
    for number in range(15):
        simple.put({"number": number})
    numbers = []
    for _ in range(15):
        message = simple.get(block=True, timeout=60)
        numbers.append(message.payload["number"])
        message.ack()
    size = simple.qsize()
    simple.close()
report("simple", numbers=sorted(numbers), left=size)

with Connection(url, transport_options=options) as connection:
    simple = connection.SimpleQueue("requeued")
    simple.put("again")
    first = simple.get(block=True, timeout=60)
    first.requeue()
    second = simple.get(block=True, timeout=60)
    second.ack()
    report("requeued", same=first.payload == second.payload)
    simple.close()

# A group on a Standard queue (fair queues), as later versions of kombu send it: the receiver's part.
with Connection(url, transport_options=options) as connection:
    simple = connection.SimpleQueue("fair")
    simple.put("first")
    queue_url = sqs.get_queue_url(QueueName="fair")["QueueUrl"]
    answer = sqs.receive_message(QueueUrl=queue_url, AttributeNames=["All"], WaitTimeSeconds=20)
    sent = answer["Messages"][0]
    sqs.send_message(QueueUrl=queue_url, MessageBody=sent["Body"], MessageGroupId="tenant")
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=sent["ReceiptHandle"])
    answer = sqs.receive_message(
        QueueUrl=queue_url, AttributeNames=["All"], VisibilityTimeout=0, WaitTimeSeconds=20
    )
    group = answer["Messages"][0]["Attributes"]["MessageGroupId"]
    message = simple.get(block=True, timeout=60)
    report("fair", payload=message.payload, group=group)
    message.ack()
    simple.close()

fifo = sqs.create_queue(QueueName="grouped.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
with Connection(url, transport_options=options) as connection:
    queue = Queue("grouped.fifo", Exchange("grouped.fifo"), routing_key="grouped.fifo")
    producer = connection.Producer()
    group = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    for _ in range(2):
        producer.publish("x", exchange=queue.exchange, routing_key="grouped.fifo",
                         declare=[queue], **group)
report("grouped", found=bodies(fifo))
