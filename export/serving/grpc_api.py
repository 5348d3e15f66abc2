"""TensorFlow Serving's PredictionService and ModelService over gRPC."""

from typing import Any

from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from export.serving import model_info, tensor_protos
from export.serving.grpc_calls import Calls
from export.serving.prediction import Prediction
from export.serving.servable import Arrays, Servable, Signature
from export.serving.status import ServingError, Status

_METADATA = "signature_def"


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict, Classify and GetModelMetadata.

    Args:
        prediction: What is asked.
        calls: Answers calls.
    """

    def __init__(self, prediction: Prediction, calls: Calls) -> None:
        self._prediction = prediction
        self._calls = calls

    async def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._calls("predict", context, lambda: self._predict(request))

    async def Classify(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._calls("classify", context, lambda: self._classify(request))

    async def GetModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._calls("metadata", context, lambda: self._metadata(request))

    async def Regress(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._calls("regress", context, _unimplemented)

    async def MultiInference(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._calls("multi_inference", context, _unimplemented)

    async def _predict(self, request: predict_pb2.PredictRequest) -> Any:
        servable = self._servable(request.model_spec)
        signature = self._prediction.signature(
            servable, request.model_spec.signature_name, Status.FAILED_PRECONDITION
        )
        signature.require_names(set(request.inputs))
        inputs: Arrays = {
            name: tensor_protos.read(
                name, request.inputs[name], signature, self._prediction.most_rows
            )
            for name in signature.inputs
        }
        wanted = _filtered(signature, list(request.output_filter))
        outputs = await self._prediction.predict(servable, signature, inputs)
        response = predict_pb2.PredictResponse()
        self._describe(response.model_spec, servable, signature.name)
        for name in wanted:
            tensor_protos.write(outputs[name], response.outputs[name])
        return response

    async def _classify(self, request: classification_pb2.ClassificationRequest) -> Any:
        servable = self._servable(request.model_spec)
        name = request.model_spec.signature_name
        classes, scores = await self._prediction.classify(
            servable, name, _examples(request.input)
        )
        response = classification_pb2.ClassificationResponse()
        self._describe(response.model_spec, servable, name)
        for row_classes, row_scores in zip(classes, scores, strict=True):
            entry = response.result.classifications.add()
            for label, score in zip(row_classes, row_scores, strict=True):
                entry.classes.add(label=label.decode("utf-8"), score=float(score))
        return response

    async def _metadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest
    ) -> Any:
        servable = self._servable(request.model_spec)
        if set(request.metadata_field) != {_METADATA}:
            raise ServingError(
                Status.INVALID_ARGUMENT, f"Metadata field must be {_METADATA}"
            )
        return model_info.metadata(self._prediction, servable)

    def _servable(self, spec: model_pb2.ModelSpec) -> Servable:
        return self._prediction.servable(*_asked(spec))

    def _describe(
        self, spec: model_pb2.ModelSpec, servable: Servable, signature: str
    ) -> None:
        spec.name, spec.signature_name = self._prediction.name, signature
        spec.version.value = servable.version


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus.

    Args:
        prediction: What is asked.
        calls: Answers calls.
    """

    def __init__(self, prediction: Prediction, calls: Calls) -> None:
        self._prediction = prediction
        self._calls = calls

    async def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._calls("status", context, lambda: self._status(request))

    async def HandleReloadConfigRequest(  # noqa: N802
        self, request: Any, context: Any
    ) -> Any:
        return await self._calls("reload", context, _unimplemented)

    async def _status(self, request: get_model_status_pb2.GetModelStatusRequest) -> Any:
        return model_info.status(self._prediction, *_asked(request.model_spec))


async def _unimplemented() -> Any:
    raise ServingError(Status.UNIMPLEMENTED, "The embedded server does not do this")


def _asked(spec: model_pb2.ModelSpec) -> tuple[str, int | None, str]:
    version = spec.version.value if spec.HasField("version") else None
    return spec.name, version, spec.version_label


def _filtered(signature: Signature, names: list[str]) -> list[str]:
    """The outputs that a request wants: all, if it names none."""
    for number, name in enumerate(names):
        if name not in signature.outputs:
            raise ServingError(
                Status.INVALID_ARGUMENT,
                f"output tensor alias not found in signature: {name} Outputs expected "
                f"to be in the set {{{','.join(sorted(signature.outputs))}}}.",
            )
        if name in names[:number]:
            raise ServingError(
                Status.INVALID_ARGUMENT, f"duplicate output tensor alias: {name}"
            )
    return names or list(signature.outputs)


def _examples(sent: Any) -> list[bytes]:
    kind = sent.WhichOneof("kind")
    if kind is None:
        raise ServingError(Status.INVALID_ARGUMENT, "Input is empty.")
    listed = getattr(sent, kind)
    if not listed.examples:
        raise ServingError(Status.INVALID_ARGUMENT, "Input is empty.")
    if kind == "example_list":
        return [example.SerializeToString() for example in listed.examples]
    merged = []
    for example in listed.examples:
        both = type(example)()
        both.CopyFrom(listed.context)
        for name, feature in example.features.feature.items():
            both.features.feature[name].CopyFrom(feature)
        merged.append(both.SerializeToString())
    return merged
