"""What moves and cools air inside the hall: fans on their curves, coils, and the through-bodies that hold them."""
