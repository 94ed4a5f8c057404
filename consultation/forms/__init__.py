"""Forms: what is asked, in which order, under which condition; as data."""
