#!/bin/sh
# Makes the namespace, once. Safe to run again; `temporal operator namespace update --retention` changes how long it remembers.
set -eu
tries=30
# A server listens before it answers.
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "no Temporal server answers at $TEMPORAL_ADDRESS" >&2; exit 1; }
  sleep 2
done
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  echo "namespace $TEMPORAL_NAMESPACE is there"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION" >/dev/null
  echo "made namespace $TEMPORAL_NAMESPACE; ended workflows are kept for $RETENTION"
fi
