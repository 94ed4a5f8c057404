"""What operators do with the whole installation: back up, restore, move, and keep to the rules of privacy."""
