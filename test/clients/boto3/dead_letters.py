"""Messages that fail again and again: a queue of their own, and the way back."""

import json

import boto3
from harness import counts, report, start, until

sqs = boto3.client("sqs")
main_queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/main-queue"
dlq_url = "https://sqs.us-east-1.amazonaws.com/123456789012/dlq"
for name in ["main-queue", "dlq"]:
    sqs.create_queue(QueueName=name)


def configure_dlq():
    """Configure Dead Letter Queue"""
    # Set redrive policy on main queue
    redrive_policy = {
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dlq",
        "maxReceiveCount": 3,  # Move to DLQ after 3 failed attempts
    }
    sqs.set_queue_attributes(
        QueueUrl=main_queue_url,
        Attributes={"RedrivePolicy": json.dumps(redrive_policy)},
    )


attempts = []
analyzed = []


def process_message(data):
    attempts.append(data["number"])
    if data["number"] == 13:
        raise ValueError("bad luck")


def process_with_dlq():
    """Process messages with DLQ handling"""
    while True:
        response = sqs.receive_message(
            QueueUrl=main_queue_url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=20,
            VisibilityTimeout=1,  # the guide's 60 would take three minutes
        )
        messages = response.get("Messages", [])
        if not messages:
            continue
        for message in messages:
            try:
                data = json.loads(message["Body"])
                process_message(data)
                sqs.delete_message(
                    QueueUrl=main_queue_url, ReceiptHandle=message["ReceiptHandle"]
                )
            except Exception:
                pass
                # Message will be retried automatically
                # After maxReceiveCount, it will move to DLQ


def process_dlq():
    """Process messages from Dead Letter Queue"""
    while True:
        response = sqs.receive_message(
            QueueUrl=dlq_url, MaxNumberOfMessages=10, WaitTimeSeconds=20
        )
        messages = response.get("Messages", [])
        if not messages:
            continue
        for message in messages:
            # Analyze failed messages
            failed_message = json.loads(message["Body"])
            analyzed.append(failed_message["number"])
            sqs.delete_message(QueueUrl=dlq_url, ReceiptHandle=message["ReceiptHandle"])


configure_dlq()
for number in range(12, 15):
    sqs.send_message(QueueUrl=main_queue_url, MessageBody=json.dumps({"number": number}))
start(process_with_dlq)
start(process_dlq)
done = until(lambda: analyzed == [13] and counts(sqs, main_queue_url) == [0, 0, 0])
report("dead letters", done=done, attempts=sorted(attempts))


# Create queue with Dead Letter Queue
def create_queue_with_dlq(queue_name, dlq_name):
    # Create DLQ first
    dlq_response = sqs.create_queue(QueueName=dlq_name)
    dlq_arn = sqs.get_queue_attributes(
        QueueUrl=dlq_response["QueueUrl"], AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    # Create main queue with redrive policy
    redrive_policy = {"deadLetterTargetArn": dlq_arn, "maxReceiveCount": 3}
    response = sqs.create_queue(
        QueueName=queue_name,
        Attributes={
            "RedrivePolicy": json.dumps(redrive_policy),
            "VisibilityTimeout": "30",
        },
    )
    return response["QueueUrl"]


url = create_queue_with_dlq("with-dlq", "its-dlq")
attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
its_dlq_url = sqs.get_queue_url(QueueName="its-dlq")["QueueUrl"]
sources = sqs.list_dead_letter_source_queues(QueueUrl=its_dlq_url)["queueUrls"]
report("made with", policy=json.loads(attributes["RedrivePolicy"]), sources=sources == [url])
