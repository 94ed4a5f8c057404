"""The chapters of the consolidated document. Each is a file with `nodes(frozen)`: what is said, in which order."""
