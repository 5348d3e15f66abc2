"""What the commands print: progress bars and tables, on standard error.

Standard output is for results, so that `--json` can be piped.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from input_pipeline.native_output import silenced

console = Console(stderr=True)


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yields `update(done, total)`, drawn as one bar under `title`."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        task = bars.add_task(title, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def start_tensorflow() -> None:
    """Imports TensorFlow (seconds) without its greeting."""
    with console.status("starting TensorFlow"), silenced():
        import tensorflow as tf
    # Several models in one process make it warn of retracing, though each is traced
    # for itself; its advice is for developers.
    tf.get_logger().setLevel("ERROR")


def start_landmarks() -> None:
    """Loads the landmark models once without LiteRT's greeting, one line a process.

    Raises:
        InputError: If the models were not fetched.
    """
    from input_pipeline.landmarks.face_mesh import FaceMesh

    with silenced():
        FaceMesh()


def say(text: str) -> None:
    """Prints a line for a person; `[bold]` and the like are rich markup."""
    console.print(text, highlight=False)


def count_table(title: str, counts: Mapping[str, int]) -> None:
    """Prints `counts` as a table of two columns."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    table.add_column("count", justify="right")
    for name, count in counts.items():
        table.add_row(name, str(count))
    console.print(table)
