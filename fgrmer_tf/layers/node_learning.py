"""From landmark patches to one token a landmark."""

import keras
from keras import ops

from fgrmer_tf.layers.initializers import fan_in_uniform


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class LandmarkConvolution(keras.layers.Layer):
    """One filter of its own for each landmark, over that landmark's patch.

    A depthwise convolution ('same' padding, stride 1, bias) over `landmarks *
    channels` maps; the maps of one landmark are summed to one. With one channel this
    is the published layer.

    Source:
        Lei et al., CVPRW 2021, node learning. Published code:
        `t_g_model_3and6.py`, `depth_wise_conv`. Differs from both: patches may have
        several channels.

    Args:
        kernel_size: int, at least 1. Side of a filter [px of the motion map].

    Call arguments:
        patches: Float tensor `(batch, landmarks, patch_h, patch_w, channels)`.
            Unitless.

    Returns:
        Float tensor `(batch, patch_h, patch_w, landmarks)`, compute dtype. Landmarks
        are last, where `BatchNormalization` expects what it normalises.

    State:
        depthwise: `DepthwiseConv2D` with kernel `(kernel_size, kernel_size,
            landmarks * channels, 1)`, channels of one landmark side by side.

    Raises:
        ValueError: At construction, if `kernel_size < 1`.
    """

    def __init__(self, kernel_size, **kwargs):
        super().__init__(**kwargs)
        if kernel_size < 1:
            raise ValueError(
                f"`kernel_size` must be at least 1. Received: kernel_size={kernel_size}"
            )
        self.kernel_size = kernel_size

    def build(self, patches_shape):
        _, landmarks, patch_h, patch_w, channels = patches_shape
        self._maps = (patch_h, patch_w, landmarks, channels)
        fan_in = self.kernel_size**2 * channels
        self.depthwise = keras.layers.DepthwiseConv2D(
            self.kernel_size,
            padding="same",
            data_format="channels_last",
            depthwise_initializer=fan_in_uniform(fan_in),
            bias_initializer=fan_in_uniform(fan_in),
            name="depthwise",
            dtype=self.dtype_policy,
        )
        self.depthwise.build((None, patch_h, patch_w, landmarks * channels))

    def call(self, patches):
        patch_h, patch_w, landmarks, channels = self._maps
        maps = ops.transpose(patches, (0, 2, 3, 1, 4))
        maps = ops.reshape(maps, (-1, patch_h, patch_w, landmarks * channels))
        maps = self.depthwise(maps)
        if channels == 1:
            return maps
        return ops.sum(ops.reshape(maps, (-1, *self._maps)), axis=-1)

    def get_config(self):
        return {**super().get_config(), "kernel_size": self.kernel_size}


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class RegionTokens(keras.layers.Layer):
    """Flattens each landmark's map to a token and splits the tokens by face region.

    Source:
        Lei et al., CVPRW 2021, edge learning: eyebrow and mouth are encoded apart.
        Published code: `t_g_model_3and6.py`, `forward`. Differs: no.

    Args:
        sizes: Landmarks of each region, in the order of the last axis: two regions or
            more, with at least 1 landmark each.

    Call arguments:
        maps: Float tensor `(batch, patch_h, patch_w, landmarks)`. Unitless.

    Returns:
        List with one float tensor `(batch, size, patch_h * patch_w)` a region;
        features run over a patch row by row.

    Raises:
        ValueError: At construction, if a size is below 1 or there is one region only.
        ValueError: At build, if the sizes do not sum to `landmarks`.
    """

    def __init__(self, sizes, **kwargs):
        super().__init__(**kwargs)
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(
                "`sizes` must hold two or more numbers of at least 1. "
                f"Received: sizes={sizes}"
            )
        self.sizes = tuple(sizes)

    def build(self, maps_shape):
        _, patch_h, patch_w, landmarks = maps_shape
        if sum(self.sizes) != landmarks:
            raise ValueError(
                f"`sizes` must sum to the number of landmarks, {landmarks}. "
                f"Received: sizes={self.sizes}"
            )
        self._tokens = (landmarks, patch_h * patch_w)
        self._borders = [sum(self.sizes[:end]) for end in range(1, len(self.sizes))]

    def call(self, maps):
        tokens = ops.transpose(maps, (0, 3, 1, 2))
        tokens = ops.reshape(tokens, (-1, *self._tokens))
        return ops.split(tokens, self._borders, axis=1)

    def get_config(self):
        return {**super().get_config(), "sizes": self.sizes}
