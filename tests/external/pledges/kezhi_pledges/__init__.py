"""What customers promised to order."""
