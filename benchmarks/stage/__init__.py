"""What benchmarks stand on: databases, the world in them, servers, clocks."""
