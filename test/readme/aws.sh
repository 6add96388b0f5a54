export AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any  # any will do
sqs() { aws --endpoint-url http://127.0.0.1:9324 sqs "$@" --output text; }
url=$(sqs create-queue --queue-name hello --query QueueUrl)
sqs send-message --queue-url "$url" --message-body "Hello, SQS" --query MD5OfMessageBody
sqs receive-message --queue-url "$url" --query "Messages[0].Body"
