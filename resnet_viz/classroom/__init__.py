"""A class: who may do what, what the teacher shows, what the class guesses, and what is left."""
