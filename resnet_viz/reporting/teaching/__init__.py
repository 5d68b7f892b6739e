"""What a teacher needs beside the pages: notes, plans, and exercises with their answers."""
