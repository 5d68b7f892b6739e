"""What a network is made of, counted on tensors without numbers: its layers, parts and sizes."""
