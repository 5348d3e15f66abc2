"""What a data set says of a clip, and what a class set makes of it."""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class Annotation:
    """The annotation of one clip, as its data set writes it.

    Args:
        dataset: Short name of the data set, such as `casme2`.
        subject: Subject, as the loader spells it.
        clip: Clip, as the loader spells it.
        emotion: Native emotion, any case; several at once are joined by `+`.
        au: Action units present; `None` where they are not annotated.
        objective: The sheet's objective class, `I` to `VII` or 1 to 7; empty where the
            sheet has none.
    """

    dataset: str
    subject: str
    clip: str
    emotion: str = ""
    au: tuple[int, ...] | None = None
    objective: str = ""


@dataclasses.dataclass(frozen=True)
class Label:
    """The class of a clip.

    Args:
        name: One of the class set's classes.
        note: How it was worked out, where the data set does not say it itself; the
            rule of the repair that a loader records.
    """

    name: str
    note: str = ""


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A clip is not part of the class set.

    Args:
        rule: Short and countable, as in `Skip`.
        detail: The value that decided it.
    """

    rule: str
    detail: str
