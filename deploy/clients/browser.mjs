// Labels of clips in a browser (or Node 18): import { predict } from './browser.mjs'.
// The server must allow the page's origin: `fgrmer serve --cors-origins https://...`,
// or a proxy that serves the page and /v1/ from one origin.

// A clip's tensor: values as stored, row by row, and its shape [30, 7, 7, channels].
function nested(values, shape) {
  if (shape.length === 1) return Array.from(values);
  const step = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, row) =>
    nested(values.subarray(row * step, (row + 1) * step), shape.slice(1)));
}

// clips: array of Float32Array, each 30 * 7 * 7 * channels long. Gives for each clip
// { label, probabilities, logits }; throws an Error with the server's words otherwise.
export async function predict(url, model, clips, channels) {
  const instances = clips.map((clip) => nested(clip, [30, 7, 7, channels]));
  const response = await fetch(`${url}/v1/models/${model}:predict`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ signature_name: 'patches', instances }),
    signal: AbortSignal.timeout(30000),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${answer.error}`);
  return answer.predictions;
}
