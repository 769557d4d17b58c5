"""What each ProfileElement of a package does, one module for each family of elements."""
