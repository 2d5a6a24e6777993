"""The science behind the notebooks: parameters and a seed in, named arrays out; no plotting, no widgets, no files."""
