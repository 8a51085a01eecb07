"""Independent implementations to compare with, in an environment of their own."""
