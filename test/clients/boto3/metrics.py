"""The guide's best practice 7, as it is printed there, against a queue with messages in it."""
import json
import time
from datetime import datetime, timedelta

import boto3

cloudwatch = boto3.client('cloudwatch')
sqs = boto3.client('sqs')


def get_queue_metrics(queue_url):
    """Get queue metrics"""
    queue_name = queue_url.split('/')[-1]
    response = cloudwatch.get_metric_statistics(
        Namespace='AWS/SQS',
        MetricName='ApproximateNumberOfMessagesVisible',
        Dimensions=[
            {'Name': 'QueueName', 'Value': queue_name}
        ],
        StartTime=datetime.now() - timedelta(hours=1),
        EndTime=datetime.now(),
        Period=300,
        Statistics=['Average']
    )
    return response


queue_url = sqs.create_queue(QueueName='measured')['QueueUrl']
for i in range(3):
    sqs.send_message(QueueUrl=queue_url, MessageBody=f"Message {i}")
response = get_queue_metrics(queue_url)
# A datapoint shows within a minute, and one in which all three were seen as soon.
while not any(point['Average'] > 0 for point in response['Datapoints']):
    time.sleep(0.25)
    response = get_queue_metrics(queue_url)
points = response['Datapoints']


def get_sent():
    """Of all minutes that are over"""
    return cloudwatch.get_metric_data(
        MetricDataQueries=[
            {
                'Id': 'sent',
                'MetricStat': {
                    'Metric': {
                        'Namespace': 'AWS/SQS',
                        'MetricName': 'NumberOfMessagesSent',
                        'Dimensions': [{'Name': 'QueueName', 'Value': 'measured'}],
                    },
                    'Period': 60,
                    'Stat': 'Sum',
                },
            }
        ],
        StartTime=datetime.now() - timedelta(hours=1),
        EndTime=datetime.now(),
    )['MetricDataResults'][0]


data = get_sent()
# The last of the three may have been sent in the minute that came after.
while 0 < sum(data['Values']) < 3:
    time.sleep(0.25)
    data = get_sent()
pages = cloudwatch.get_paginator('list_metrics').paginate(Namespace='AWS/SQS')
names = [metric['MetricName'] for page in pages for metric in page['Metrics']]
refusals = []
for act in (
    lambda: cloudwatch.describe_alarms(),
    lambda: cloudwatch.get_metric_statistics(
        Namespace='AWS/SQS', MetricName='NumberOfMessagesSent', StartTime=0, EndTime=9e9,
        Period=60, Statistics=['Sum']),
):
    try:
        act()
    except cloudwatch.exceptions.ClientError as error:
        refusals.append(error.response['Error']['Code'])
print(json.dumps({
    'name': 'metrics',
    'label': response['Label'],
    'units': sorted({point['Unit'] for point in points}),
    'most': max(point['Average'] for point in points),
    'isMoment': all(isinstance(point['Timestamp'], datetime) for point in points),
    'sent': sum(data['Values']),
    'status': data['StatusCode'],
    'names': names,
    'refusals': refusals,
}))
