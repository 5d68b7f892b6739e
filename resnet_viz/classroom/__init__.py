"""The class: who may do what on a server that a room full of people uses, and what it keeps."""
