"""Protocols as options of a command, and the folds they mean."""

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, Literal

from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.protocols import Fold
    from input_pipeline.feature_table import FeatureTable


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProtocolOptions:
    """Who is tested by whom."""

    protocol: Literal["loso", "kfold", "lodo", "cross"] = "loso"
    """`loso`: leave one subject out; `kfold`: subject-grouped folds; `lodo`: leave one
    data set out; `cross`: train on some data sets, test on others."""
    folds: int = 5
    """How many folds for `kfold`."""
    data_sets: Literal["together", "apart"] = "together"
    """`together`: trained on all data sets (composite); `apart`: each by itself."""
    train_on: tuple[str, ...] = ()
    """Data sets to learn from, for `cross`."""
    test_on: tuple[str, ...] = ()
    """Data sets to test on, for `cross`."""

    def settings(self) -> dict[str, Any]:
        """What decides the folds, without what the protocol does not read."""
        settings: dict[str, Any] = {"protocol": self.protocol}
        if self.protocol == "kfold":
            settings["folds"] = self.folds
        if self.protocol in ("loso", "kfold"):
            settings["data_sets"] = self.data_sets
        if self.protocol == "cross":
            settings |= {"train_on": self.train_on, "test_on": self.test_on}
        return settings

    def make(self, table: "FeatureTable") -> "list[Fold]":
        """The folds of `table`, looked through for leaks.

        Raises:
            InputError: If an option belongs to another protocol.
            InputError: As the protocols do.
            InputError: If a subject or the same features are on both sides of a fold.
        """
        from fgrmer_tf.evaluation import leaks
        from fgrmer_tf.evaluation.data_set_protocols import (
            cross_data_set,
            leave_one_data_set_out,
            within_each_data_set,
        )
        from fgrmer_tf.evaluation.protocols import leave_one_subject_out, subject_folds

        self._refuse_unread_options()
        by_subject = {
            "loso": leave_one_subject_out,
            "kfold": functools.partial(subject_folds, folds=self.folds),
        }
        columns = table.dataset, table.subject
        if self.protocol == "cross":
            folds = cross_data_set(
                table.dataset, train_on=self.train_on, test_on=self.test_on
            )
        elif self.protocol == "lodo":
            folds = leave_one_data_set_out(*columns)
        elif self.data_sets == "apart":
            folds = within_each_data_set(by_subject[self.protocol], *columns)
        else:
            folds = by_subject[self.protocol](*columns)
        content = leaks.content_keys(table.patches)
        for fold in folds:
            leaks.refuse_shared_subjects(fold, *columns)
            leaks.refuse_twins(fold, content, table.clip)
        return folds

    def _refuse_unread_options(self) -> None:
        if self.protocol != "cross" and (self.train_on or self.test_on):
            raise InputError(
                "--train-on and --test-on belong to --protocol cross. Received: "
                f"--protocol {self.protocol}."
            )
        if self.protocol in ("lodo", "cross") and self.data_sets == "apart":
            raise InputError(
                f"--protocol {self.protocol} is about several data sets. Received: "
                "--data-sets apart. Drop one of the two."
            )


LOSO = ProtocolOptions()
"""Leave one subject out of all data sets."""
