"""Named settings: one value a recipe, with what it stands for."""

from typing import Literal

from fgrmer_tf.config import ExperimentConfig, ModelConfig, TrainConfig

DEFAULT = ExperimentConfig(model=ModelConfig(linear_path="fitted"))
"""What nested selection chose (`docs/recipe.md`): AU embeddings from training-fold
statistics and weighted by the clip's evidence, direct head, fitted linear path from the
patches, balanced loss, mirror."""

PUBLISHED = ExperimentConfig(
    model=ModelConfig(au_embedding="learned", embedding_dim=40, direct_head=False),
    train=TrainConfig(
        epochs=200, class_balanced=False, mirror=False, au_evidence=False
    ),
)
"""The published form: learned AU embedding, plain cross-entropy, Adam 2e-4. The number
of epochs is this project's (`docs/recipe.md`): the published code takes the best of up
to 2,000 on the tested clips."""

ExperimentName = Literal["default", "published"]
EXPERIMENTS: dict[str, ExperimentConfig] = {
    "default": DEFAULT,
    "published": PUBLISHED,
}
