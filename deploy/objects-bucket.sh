#!/bin/sh
# Makes the bucket with Object Lock, once: it cannot be switched on later everywhere. Safe to run again.
set -eu
ADMIN_ACCESS_KEY_ID=$(cat "$ACCESS_KEY_FILE")
ADMIN_SECRET_ACCESS_KEY=$(cat "$SECRET_KEY_FILE")
export ADMIN_ACCESS_KEY_ID ADMIN_SECRET_ACCESS_KEY ADMIN_ENDPOINT_URL="$ENDPOINT"
if versitygw admin list-buckets | grep -qw "$BUCKET"; then
  echo "bucket $BUCKET is there"
else
  versitygw admin create-bucket --owner "$ADMIN_ACCESS_KEY_ID" --bucket "$BUCKET" --object-lock-enabled-for-bucket
  echo "made bucket $BUCKET with Object Lock"
fi
