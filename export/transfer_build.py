"""Writes one artefact of a TransFER in a process of its own; see `export.build`."""

from export.build import build
from export.transfer_module import TransferModule
from export.transfer_requests import write_warmup

if __name__ == "__main__":
    build(TransferModule, write_warmup)
