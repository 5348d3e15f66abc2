from fgrmer_tf.config import ModelConfig, TrainConfig
from fgrmer_tf.experiments import DEFAULT, PUBLISHED


def test_published_is_the_published_recipe():
    assert PUBLISHED.model == ModelConfig(
        au_embedding="learned",
        embedding_dim=40,
        encoder_depth=1,
        dropout_rate=0.5,
        attention_dropout_rate=0.1,
        direct_head=False,
        adjacency_normalization="official",
        learned_edges=False,
        au_branch="graph",
        landmark_normalization="batch",
        linear_path="none",
    )
    assert PUBLISHED.train == TrainConfig(
        epochs=200,
        batch_size=64,
        learning_rate=2e-4,
        class_balanced=False,
        mirror=False,
        au_evidence=False,
        adjacency_form="column",
    )


def test_default_is_what_was_chosen():
    assert DEFAULT.model == ModelConfig(direct_head=True, linear_path="fitted")
    assert DEFAULT.train == TrainConfig(
        epochs=20,
        class_balanced=True,
        mirror=True,
        au_evidence=True,
        linear_strength=0.03,
    )
