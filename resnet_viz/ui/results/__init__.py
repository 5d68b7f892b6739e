"""What visitors share in caches."""
