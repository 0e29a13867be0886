"""What people look at: the answer on the screen, one person's journey, and figures from saved tables."""
