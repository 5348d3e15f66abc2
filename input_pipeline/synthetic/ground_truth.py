"""The truth about every clip's motion, as arrays that tests and benchmarks read."""

from collections.abc import Sequence

import numpy as np

from input_pipeline.synthetic.action_units import PULLS
from input_pipeline.synthetic.clip_plan import ClipPlan
from input_pipeline.synthetic.render import Truth


def truth_arrays(
    plans: Sequence[ClipPlan], truths: Sequence[Truth]
) -> dict[str, np.ndarray]:
    """The arrays of `ground_truth.npz`, one row a clip in the order of the sheet.

    Args:
        plans: All clips.
        truths: Their motion, in the same order.

    Returns:
        `subject`, `filename`, `emotion`, `action_units`, `onset`, `apex`, `offset`:
        `(clips,)`; `units` `(units,)`, FACS numbers; `unit_peak_px` and `unit_side`
        `(clips, units)`; `motion_px`, `mesh_onset`, `mesh_apex` `(clips, 468, 2)`, (x,
        y) [px]; `motion_peak_px` and `motion_mean_px` `(clips,)`, over the mesh.
    """
    units = list(PULLS)
    peaks = np.zeros((len(plans), len(units)), np.float32)
    side = np.full(peaks.shape, "", "U1")
    for row, (plan, truth) in enumerate(zip(plans, truths, strict=True)):
        for part, peak in zip(plan.units, truth.unit_peak, strict=True):
            column = units.index(part.unit.number)
            peaks[row, column] = peak
            side[row, column] = part.unit.side
    motion = np.array([truth.motion for truth in truths], np.float32)
    length = np.linalg.norm(motion, axis=2)
    return {
        "subject": np.array([plan.subject for plan in plans]),
        "filename": np.array([plan.filename for plan in plans]),
        "emotion": np.array([plan.emotion for plan in plans]),
        "action_units": np.array([plan.action_units for plan in plans]),
        "onset": np.array([plan.onset for plan in plans]),
        "apex": np.array([plan.apex for plan in plans]),
        "offset": np.array([plan.offset for plan in plans]),
        "units": np.array(units),
        "unit_peak_px": peaks,
        "unit_side": side,
        "motion_px": motion,
        "motion_peak_px": length.max(axis=1),
        "motion_mean_px": length.mean(axis=1),
        "mesh_onset": np.array([truth.mesh_onset for truth in truths], np.float32),
        "mesh_apex": np.array([truth.mesh_apex for truth in truths], np.float32),
    }
