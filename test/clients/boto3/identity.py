"""The guide's two policies, word for word, with two accounts: its step 5, and its queue's policy."""

import json
import os

import boto3
from botocore.exceptions import ClientError
from harness import report

url = os.environ["AWS_ENDPOINT_URL"]


def client_of(name, service="sqs", secret=None):
    return boto3.client(
        service,
        endpoint_url=url,
        aws_access_key_id=f"KEY-{name}",
        aws_secret_access_key=secret or f"secret-of-{name}",
    )


def code_of(call, **parameters):
    try:
        call(**parameters)
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Code"]


owner, alice, partner = client_of("owner"), client_of("alice"), client_of("partner")
queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/my-queue"
for name in ["my-queue", "other-queue"]:
    owner.create_queue(QueueName=name)


def attempts(sqs):
    """What each action of the guide answers this caller."""
    send = {"QueueUrl": queue_url, "MessageBody": "Hello, SQS!"}
    answers = {"send": code_of(sqs.send_message, **send)}
    entries = [{"Id": "1", "MessageBody": "Hello, SQS!"}]
    answers["batch"] = code_of(sqs.send_message_batch, QueueUrl=queue_url, Entries=entries)
    answers["receive"] = code_of(sqs.receive_message, QueueUrl=queue_url)
    answers["attributes"] = code_of(sqs.get_queue_attributes, QueueUrl=queue_url)
    asked = {"QueueName": "my-queue", "QueueOwnerAWSAccountId": "123456789012"}
    answers["url"] = code_of(sqs.get_queue_url, **asked)
    answers["purge"] = code_of(sqs.purge_queue, QueueUrl=queue_url)
    answers["list"] = code_of(sqs.list_queues)
    answers["other"] = code_of(sqs.send_message, QueueUrl=queue_url.replace("my", "other"), MessageBody="a")
    return answers


report("identity policy", **attempts(alice))
report("before", **attempts(partner))
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
owner.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})
report("queue policy", **attempts(partner))
report(
    "callers",
    alice=client_of("alice", "sts").get_caller_identity()["Arn"],
    partner=client_of("partner", "sts").get_caller_identity()["Account"],
    metrics=code_of(client_of("alice", "cloudwatch").list_metrics),
    wrong=code_of(client_of("alice", secret="no").list_queues),
    unknown=code_of(client_of("nobody").list_queues),
)
