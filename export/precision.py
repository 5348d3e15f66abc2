"""Models trained in mixed precision, as they are exported: in float32."""

from typing import Any

import keras

_FULL = "float32"


def in_float32(model: keras.Model) -> keras.Model:
    """The same model computing in float32, as its weights are stored.

    Half precision serves training on an accelerator. No ONNX or LiteRT runtime would
    round as that accelerator does, so that there would be nothing to compare with.

    Args:
        model: Functional model.

    Returns:
        `model` itself if it computes in float32, else a copy.
    """
    if all(layer.compute_dtype == _FULL for layer in model._flatten_layers()):
        return model
    copy = model.__class__.from_config(_with_full_policies(model.get_config()))
    copy.set_weights(model.get_weights())
    return copy


def _with_full_policies(config: Any) -> Any:
    if isinstance(config, list | tuple):
        return type(config)(map(_with_full_policies, config))
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        return config | {"config": config["config"] | {"name": _FULL}}
    return {name: _with_full_policies(value) for name, value in config.items()}
