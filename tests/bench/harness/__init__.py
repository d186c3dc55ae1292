"""What the benchmark cases share: processes, servers, load generators, medians, the table."""
