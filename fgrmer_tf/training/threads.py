"""How TensorFlow uses the machine when many processes train side by side."""

import contextlib


def one_thread() -> None:
    """Lets TensorFlow use one thread, and of a GPU no more memory than it needs.

    Folds are spread over processes, not threads: a model this small loses more to
    waiting threads than it gains. It also makes results equal to the bit for any number
    of processes. Without effect once TensorFlow has started to compute.
    """
    import tensorflow as tf

    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
