"""What the files in a run's folder are called, for those who look for them without PyTorch."""

NETWORK = "network.safetensors"  # of the last checkpoint
START = "start.safetensors"  # what a fine-tuning run begins with
SNAPSHOTS = "snapshots"  # folder of the network as it was on the way
