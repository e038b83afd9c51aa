"""What the owner writes (settings, watchlists, feeds) and the words the program knows."""
