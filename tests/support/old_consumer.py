"""Who still has TensorFlow 2.15 and tensorflow-addons, and knows nothing of us.

    python old_consumer.py SAVEDMODEL CLIPS.npz

Prints as JSON what the model says of `patches`, and its macro F1 over `label`.
"""

import json
import sys

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

_CLASSES = 3


def _example(clip):
    raw = tf.train.Feature(bytes_list=tf.train.BytesList(value=[clip.tobytes()]))
    example = tf.train.Example(features=tf.train.Features(feature={"patches": raw}))
    return example.SerializeToString()


def main():
    folder, file = sys.argv[1:]
    clips = np.load(file)
    model = tf.saved_model.load(folder)
    answer = model.signatures["patches"](patches=tf.constant(clips["patches"]))
    examples = tf.constant([_example(clip) for clip in clips["patches"]])
    classified = model.signatures["classify"](inputs=examples)
    metric = tfa.metrics.F1Score(_CLASSES, average="macro")
    metric.update_state(tf.one_hot(clips["label"], _CLASSES), answer["probabilities"])
    said = {
        "versions": [tf.__version__, tfa.__version__],
        "signatures": sorted(model.signatures),
        "logits": answer["logits"].numpy().tolist(),
        "probabilities": answer["probabilities"].numpy().tolist(),
        "label": [name.decode() for name in answer["label"].numpy()],
        "scores": classified["scores"].numpy().tolist(),
        "macro_f1": float(metric.result()),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
