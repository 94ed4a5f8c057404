"""The demonstration: real municipalities, invented answers, made through the same actions the pages use."""
