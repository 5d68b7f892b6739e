"""What a visitor gives: pictures, data, networks of their own, the settings of a run."""
