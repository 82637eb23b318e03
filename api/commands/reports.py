"""Reports: the list of them, and each made for a period into a file."""
