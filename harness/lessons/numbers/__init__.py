"""Numbers that are held against the lesson that prints them."""
