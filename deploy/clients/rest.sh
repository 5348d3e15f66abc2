#!/bin/sh
# Asks for the label of clips: rest.sh URL MODEL REQUEST.json
# REQUEST.json: {"signature_name": "patches", "instances": [CLIP, ...]}
set -eu
curl --fail-with-body --silent --show-error --max-time 30 \
  --header 'Content-Type: application/json' \
  --data-binary "@$3" \
  "$1/v1/models/$2:predict"
