"""Language models in NumPy: the run file, its weights, tokenizers and sampling."""
