"""PDF through Typst: a template that inserts strings, never markup, run in a short-lived process with limits."""
