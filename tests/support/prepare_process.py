"""`prepare` in a process that a test may kill; it says each clip that is done.

python -m tests.support.prepare_process MANIFEST STORE WORKERS CLIPS_A_SHARD HOLD_AT
"""

import functools
import subprocess
import sys
from pathlib import Path

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.prepare import prepare
from input_pipeline.records import read_manifest, write_manifest
from input_pipeline.shard_task import run_here
from input_pipeline.worker_processes import run_in_processes

ROOT = Path(__file__).resolve().parents[2]


class Started:
    """A `prepare` in a process of its own.

    It holds when `hold_at` clips are done, until it is killed or `end` is called.
    """

    def __init__(self, manifest, store, workers, shard_clips, hold_at):
        listed = store.with_name(f"{store.name}.csv")
        write_manifest(listed, manifest.samples)
        arguments = [listed, store, workers, shard_clips, hold_at]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.support.prepare_process"),
                *map(str, arguments),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

        while int(self.process.stdout.readline()) < hold_at:
            pass

    def end(self):
        """Lets it go on and waits for its end; what it printed to standard error."""
        return self.process.communicate()[1]


def main(manifest, store, workers, shard_clips, hold_at):
    def progress(done, total):
        print(done, flush=True)
        if done >= int(hold_at):
            sys.stdin.read()

    several = functools.partial(run_in_processes, workers=int(workers))
    prepare(
        read_manifest(manifest, MEGC2019_CLASSES),
        store,
        class_names=MEGC2019_CLASSES,
        config=MotionConfig(),
        execute=several if int(workers) > 1 else run_here,
        shard_clips=int(shard_clips),
        progress=progress,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
