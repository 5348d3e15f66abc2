"""The native layouts by name."""

from input_pipeline.synthetic.native import (
    casme,
    casme2,
    casme3,
    casme_sq,
    four_dme,
    mmew,
    samm,
    smic,
    smic_long,
)
from input_pipeline.synthetic.native.entries import NativeLayout
from input_pipeline.synthetic.native.names import LayoutName

LAYOUTS: dict[LayoutName, NativeLayout] = {
    "casme": casme.LAYOUT,
    "casme2": casme2.LAYOUT,
    "casme-sq": casme_sq.LAYOUT,
    "casme3a": casme3.PART_A,
    "casme3c": casme3.PART_C,
    "samm": samm.LAYOUT,
    "smic": smic.HS,
    "smic-long": smic_long.LAYOUT,
    "smic-vis": smic.VIS,
    "smic-nir": smic.NIR,
    "mmew": mmew.LAYOUT,
    "4dme": four_dme.LAYOUT,
}
