"""What happens in a class: what the teacher shows, what the class guesses, and what is left."""
