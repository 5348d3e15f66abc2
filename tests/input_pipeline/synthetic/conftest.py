import pytest

from input_pipeline.synthetic.casting import cast
from input_pipeline.synthetic.settings import DEFAULTS


@pytest.fixture(scope="session")
def actors():
    """The subjects of the default data set."""
    return cast(8, 0, DEFAULTS)
