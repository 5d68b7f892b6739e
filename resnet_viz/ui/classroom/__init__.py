"""The class as visitors meet it: who they are, how they join, what the teacher sets."""
