"""resnet_viz: train a plain and a residual network side by side, then look inside both."""

__version__ = "0.1.0"
