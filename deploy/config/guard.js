// Refuses nested JSON before TensorFlow Serving parses it: its parser recurses, and a
// body of 100 kB that is 50 000 lists deep ends the process (CVE-2025-0649).
// Runs in nginx (njs); `tooDeep` is plain JavaScript.

// Patches are five deep in a list of rows in an object.
const MOST = 16;
const QUOTE = 0x22, BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b], CLOSING = [0x5d, 0x7d];

function tooDeep(text) {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (OPENING.includes(code)) {
      if (++depth > MOST) return true;
    } else if (CLOSING.includes(code)) depth--;
  }
  return false;
}

function forward(r) {
  r.headersOut['Content-Type'] = 'application/json';
  const body = r.requestText || '';
  if (tooDeep(body)) {
    r.return(400, '{"error": "JSON may be ' + MOST + ' levels deep at most"}');
    return;
  }
  r.subrequest('/serving' + r.uri, { method: 'POST', body: body },
    (reply) => r.return(reply.status, reply.responseText));
}

export default { forward, tooDeep };
