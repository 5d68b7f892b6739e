"""What runs in a run's own process: training, its pulse, what it records, its last word."""
