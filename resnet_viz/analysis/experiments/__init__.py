"""What the lessons and the studies measure: experiments made of networks, data and numbers."""
