"""PyTorch recipes, one a module; imported only inside a training job."""
