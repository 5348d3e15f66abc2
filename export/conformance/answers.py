"""Rows about what the numbers and names in an answer are."""

import concurrent.futures

import numpy as np

from export.conformance.check import require
from export.conformance.protocol_cases import cases
from export.conformance.rest_case import ask, b64
from export.conformance.target import TOLERANCE, Target
from export.runners import serialize
from export.signature import (
    CARD_SIGNATURE,
    CLASSES,
    CLASSIFY_SIGNATURE,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    LABEL,
    LOGITS,
    PATCHES,
    PROBABILITIES,
    SCORES,
    TENSOR_SIGNATURE,
)

_THREADS = 32
_CALLS = 100


def largest_difference(one: dict, other: dict) -> float:
    """Over logits and probabilities."""
    return max(
        float(np.abs(one[name] - other[name]).max()) for name in (LOGITS, PROBABILITIES)
    )


def order(target: Target) -> str:
    """A4, A23: rows of a batch against the same rows alone."""
    clips = target.clips(7)
    together = target.rows(clips)
    worst = 0.0
    for row in range(len(clips)):
        alone = target.rows(clips[row : row + 1])
        mine = {name: value[row : row + 1] for name, value in together.items()}
        worst = max(worst, largest_difference(alone, mine))
        require(alone[LABEL][0] == together[LABEL][row], f"row {row}: another label")
    require(worst <= TOLERANCE, f"rows differ by {worst:.1e}")
    return f"7 rows alone and together: {worst:.1e} apart"


def columns(target: Target) -> str:
    """A6: column form gives the numbers of row form, under `outputs`."""
    clips = target.clips(2)
    answer = target.predict(
        {"signature_name": TENSOR_SIGNATURE, "inputs": {PATCHES: clips.tolist()}}
    )
    require("outputs" in answer.body, f"HTTP {answer.status} {str(answer.body)[:160]}")
    found = {name: np.array(value) for name, value in answer.body["outputs"].items()}
    worst = largest_difference(found, target.rows(clips))
    require(worst <= TOLERANCE, f"{worst:.1e} from row form")
    return f"{worst:.1e} from row form; {ask(target, cases(target)['A6'])}"


def single_output(target: Target) -> str:
    """A8: a bare list for one output, objects for several."""
    bare = target.predict({"signature_name": CARD_SIGNATURE, "instances": ["model_id"]})
    found = bare.body.get("predictions")
    require(found and isinstance(found[0], str), f"one output: {bare.body}")
    clips = target.clips(1).tolist()
    several = target.predict({"signature_name": TENSOR_SIGNATURE, "instances": clips})
    keys = set(several.body["predictions"][0])
    require(keys == {LOGITS, PROBABILITIES, LABEL}, f"several outputs: {keys}")
    return f"model {found[0]}"


def label_text(target: Target) -> str:
    """A11: labels are text, not base64, and the class of the largest score."""
    clips = target.clips(5)
    rows = target.rows(clips)
    examples = [{PATCHES: b64(clip.astype("<f4").tobytes())} for clip in clips]
    answer = target.rest.post(
        f"{target.path}:classify",
        {"signature_name": CLASSIFY_SIGNATURE, "examples": examples},
    )
    require(answer.status == 200, f"classify: HTTP {answer.status} {answer.body}")
    best = [max(pairs, key=lambda pair: pair[1])[0] for pairs in answer.body["results"]]
    require(best == rows[LABEL].tolist(), f"labels {rows[LABEL]}, classes {best}")
    return f"labels {', '.join(sorted(set(best)))}"


def equal_signatures(target: Target) -> str:
    """A21: tensors, Examples and Classify give the same numbers."""
    clips = target.clips(3)
    client = target.rpc()
    examples = serialize(clips)
    tensors = client.outputs(TENSOR_SIGNATURE, {PATCHES: clips})
    parsed = client.outputs(EXAMPLE_SIGNATURE, {EXAMPLES: examples})
    classified = client.outputs(CLASSIFY_SIGNATURE, {"inputs": examples})
    scores = np.array(
        [
            [found.score for found in row.classes]
            for row in client.classify(examples).result.classifications
        ]
    )
    worst = max(
        largest_difference(tensors, parsed),
        float(np.abs(tensors[PROBABILITIES] - classified[SCORES]).max()),
        float(np.abs(tensors[PROBABILITIES] - scores).max()),
    )
    require(worst <= 1e-6, f"{worst:.1e} apart")
    require(classified[CLASSES].shape == scores.shape, "other classes")
    return f"{worst:.1e} apart"


def no_state(target: Target) -> str:
    """A29: the first answer and the hundredth."""
    clip = target.clips(1)
    first = target.rows(clip)
    for _ in range(_CALLS):
        last = target.rows(clip)
        require(largest_difference(first, last) <= TOLERANCE, "the answer moved")
    return f"{_CALLS} calls, one answer"


def many_threads(target: Target) -> str:
    """A31: clients at once get what each would get alone."""
    clips = target.clips(_THREADS)
    alone = target.rows(clips)
    with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
        rows = list(pool.map(lambda row: target.rows(clips[row : row + 1]), range(32)))
    worst = max(
        largest_difference(
            found, {name: value[row : row + 1] for name, value in alone.items()}
        )
        for row, found in enumerate(rows)
    )
    require(worst <= TOLERANCE, f"{worst:.1e} apart")
    return f"{_THREADS} clients, {worst:.1e} apart"


def same_over_grpc(target: Target) -> str:
    """A32: both protocols."""
    clips = target.clips(5)
    worst = largest_difference(
        target.rows(clips), target.rpc().outputs(TENSOR_SIGNATURE, {PATCHES: clips})
    )
    require(worst <= TOLERANCE, f"{worst:.1e} apart")
    return f"{worst:.1e} apart"


def nothing_moves(target: Target) -> str:
    """B29: clips without motion, all alike, or huge: probabilities all the same."""
    clip = target.clips(1)
    clips = np.concatenate([0 * clip, np.ones_like(clip), clip, clip])
    found = target.rows(clips)[PROBABILITIES]
    require(np.isfinite(found).all(), f"probabilities {found.tolist()}")
    sums = found.sum(axis=1)
    require(np.abs(sums - 1).max() <= TOLERANCE, f"sums {sums.tolist()}")
    return "finite, and each row sums to 1"
