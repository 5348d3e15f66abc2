#!/bin/bash
# Exit status 0 once a version of a model answers: available.sh MODEL [PORT]
#
# The HTTP status is 200 even when every version failed to load, so the body must be
# read; the image has neither curl nor wget, so bash does it.
exec 3<>"/dev/tcp/127.0.0.1/${2:-8501}" || exit 1
printf 'GET /v1/models/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$1" >&3
while IFS= read -r -t 5 line <&3 || [[ -n $line ]]; do
  [[ $line == *'"AVAILABLE"'* ]] && exit 0
done
exit 1
