"""Runs in other people's tools: TensorBoard's event files and MLflow, which are optional extras."""
