"""Queues made, configured, given policies, measured and purged."""

import json

import boto3
from botocore.exceptions import ClientError
from harness import counts, report

sqs = boto3.client("sqs")


def attributes_of(queue_url):
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]


def create_standard_queue(queue_name):
    response = sqs.create_queue(
        QueueName=queue_name,
        Attributes={
            "VisibilityTimeout": "30",
            "MessageRetentionPeriod": "345600",  # 4 days
            "ReceiveMessageWaitTimeSeconds": "20",  # Long polling
        },
    )
    return response["QueueUrl"]


def create_fifo_queue(queue_name):
    response = sqs.create_queue(
        QueueName=f"{queue_name}.fifo",
        Attributes={
            "FifoQueue": "true",
            "ContentBasedDeduplication": "true",
            "VisibilityTimeout": "30",
            "MessageRetentionPeriod": "345600",
        },
    )
    return response["QueueUrl"]


standard_url = create_standard_queue("administered")
report("standard", url=standard_url, attributes=attributes_of(standard_url))
fifo_url = create_fifo_queue("administered")
for body in ["first", "second", "first"]:
    sqs.send_message(QueueUrl=fifo_url, MessageBody=body, MessageGroupId="group")
received = sqs.receive_message(
    QueueUrl=fifo_url, MaxNumberOfMessages=10, AttributeNames=["SequenceNumber"]
)["Messages"]
report(
    "fifo",
    attributes=attributes_of(fifo_url),
    bodies=[message["Body"] for message in received],
    ordered=received[0]["Attributes"]["SequenceNumber"]
    < received[1]["Attributes"]["SequenceNumber"],
)


def configure_queue(queue_url):
    """Configure queue attributes"""
    sqs.set_queue_attributes(
        QueueUrl=queue_url,
        Attributes={
            "VisibilityTimeout": "60",
            "MessageRetentionPeriod": "1209600",  # 14 days
            "ReceiveMessageWaitTimeSeconds": "20",  # Long polling
            "MaximumMessageSize": "262144",  # 256 KB
            "DelaySeconds": "0",
        },
    )


configure_queue(standard_url)
processing_time = 30  # seconds
buffer = 10  # seconds
visibility_timeout = processing_time + buffer
sqs.set_queue_attributes(
    QueueUrl=standard_url, Attributes={"VisibilityTimeout": str(visibility_timeout)}
)
report("configured", attributes=attributes_of(standard_url))

policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AllowCrossAccountAccess",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::987654321098:root"},
            "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"],
            "Resource": "arn:aws:sqs:us-east-1:123456789012:my-queue",
        }
    ],
}
sqs.set_queue_attributes(QueueUrl=standard_url, Attributes={"Policy": json.dumps(policy)})
report("policy", same=json.loads(attributes_of(standard_url)["Policy"]) == policy)


def purge_queue(queue_url):
    """Purge all messages from queue"""
    sqs.purge_queue(QueueUrl=queue_url)


for number in range(3):
    sqs.send_message(QueueUrl=standard_url, MessageBody=str(number))
before = counts(sqs, standard_url)
purge_queue(standard_url)
report("purged", before=before, after=counts(sqs, standard_url))

sqs.delete_queue(QueueUrl=standard_url)
try:
    sqs.get_queue_url(QueueName="administered")
except sqs.exceptions.QueueDoesNotExist as error:
    report("gone", code=error.response["Error"]["Code"])
except ClientError as error:
    report("gone", code="no class of its own", error=str(error))
