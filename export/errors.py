"""The error for an artefact that is not what the trained model is."""


class ExportError(RuntimeError):
    """An artefact is not what the trained model is; nothing of the export is kept."""
