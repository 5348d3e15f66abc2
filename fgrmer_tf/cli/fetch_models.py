"""`fgrmer fetch-models`: the landmark models, once, into the cache."""

import dataclasses

from fgrmer_tf.cli.console import say


@dataclasses.dataclass(frozen=True, kw_only=True)
class FetchModels:
    """Fetches the face landmark models, checks their hashes and caches them."""

    def run(self) -> None:
        from input_pipeline.landmarks import model_files

        model_files.fetch(say)
