"""One file per case; each has `run(bench)` that returns a Report."""
