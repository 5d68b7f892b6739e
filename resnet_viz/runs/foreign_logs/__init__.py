"""Other programs' logs of training, as curves: TensorBoard's event files, and tables in CSV."""
