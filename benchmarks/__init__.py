"""What `make bench` and `make screenshots` run: the product measured as a person would use it."""
