"""Per-clip AU evidence: how far the motion of each AU's region follows that AU.

One function serves the `tf.data` pipeline and the exported graphs, so that training
and serving cannot differ.
"""

import numpy as np
import tensorflow as tf

from fgrmer_tf.spec import AU_NODES, NUM_AUS, NUM_PATCHES, PATCH_LANDMARKS

# Landmarks (68-point scheme) that an AU moves and the way it moves them, (x, y) with
# y pointing down, for a frontal face.
# Source: the appearance changes listed by the FACS manual (Ekman, Friesen, Hager 2002).
_UP, _DOWN = (0.0, -1.0), (0.0, 1.0)
_OUT_LEFT, _OUT_RIGHT = (-1.0, 0.0), (1.0, 0.0)
_MOVES: dict[int, dict[int, tuple[float, float]]] = {
    1: dict.fromkeys((20, 21, 22, 23), _UP),
    2: dict.fromkeys((17, 18, 25, 26), _UP),
    4: dict.fromkeys((20, 21, 22, 23), _DOWN),
    10: dict.fromkeys((50, 51, 52, 61, 62, 63), _UP),
    12: {48: (-0.7, -0.7), 60: (-0.7, -0.7), 54: (0.7, -0.7), 64: (0.7, -0.7)},
    14: {48: _OUT_LEFT, 60: _OUT_LEFT, 54: _OUT_RIGHT, 64: _OUT_RIGHT},
    15: dict.fromkeys((48, 60, 54, 64), _DOWN),
    17: dict.fromkeys((56, 57, 58), _UP),
    25: dict.fromkeys((56, 57, 58, 65, 66, 67), _DOWN),
}


def _projection() -> tuple[np.ndarray, np.ndarray]:
    """Directed (landmarks, 2, nodes) and undirected (landmarks, nodes) averages."""
    directed = np.zeros((NUM_PATCHES, 2, NUM_AUS), np.float32)
    region = np.zeros((NUM_PATCHES, NUM_AUS), np.float32)
    for node, unit in enumerate(AU_NODES):
        for landmark, direction in _MOVES[unit].items():
            row = PATCH_LANDMARKS.index(landmark)
            directed[row, :, node] = np.asarray(direction) / len(_MOVES[unit])
            region[row, node] = 1 / len(_MOVES[unit])
    return directed, region


_DIRECTED, _REGION = _projection()
_FLOOR = 1e-6


def au_evidence(patches: tf.Tensor) -> tf.Tensor:
    """Weights in (0, 2) by which a clip's own motion speaks for each AU.

    With flow (three channels), the mean flow of each AU's landmarks is projected on
    the direction in which the AU moves them and divided by the clip's root mean square
    flow over all patches; with any other number of channels, which has no direction,
    the region's mean absolute departure from each channel's mean takes its place, less
    the clip's own mean.
    `1 + tanh` maps this to (0, 2): 1 says nothing, 2 is full evidence, 0 is full
    evidence of the opposite motion.

    Source:
        Not in the paper: the published AU branch never sees the sample.

    Args:
        patches: float32 `(batch, landmarks, patch_h, patch_w, channels)`;
            three channels are u, v, strain.

    Returns:
        float32 `(batch, num_nodes)`, in (0, 2); 1 everywhere for a clip without motion.
    """
    if patches.shape[-1] == 3:
        # Not tf.split: LiteRT's converter gives that 8 bits in one of two ways, by
        # chance.
        flow = patches[..., :2]  # pyright: ignore[reportArgumentType]
        mean_flow = tf.reduce_mean(flow, axis=(2, 3))
        energy = tf.sqrt(tf.reduce_mean(tf.square(flow), axis=(1, 2, 3, 4)))
        signal = tf.einsum("blc,lcn->bn", mean_flow, tf.constant(_DIRECTED))
    else:
        centred = patches - tf.reduce_mean(patches, axis=(1, 2, 3), keepdims=True)
        magnitude = tf.reduce_mean(tf.abs(centred), axis=(2, 3, 4))
        energy = tf.reduce_mean(magnitude, axis=1)
        signal = tf.matmul(magnitude, tf.constant(_REGION)) - energy[:, None]
    return 1.0 + tf.tanh(signal / (energy[:, None] + _FLOOR))
