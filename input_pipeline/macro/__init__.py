"""Pictures of whole expressions: data sets, image store, batches for TransFER."""
