"""The versions of what computed a case."""

import importlib.metadata


def versions():
    """Package versions as they are written into cases."""
    return {
        "upstream": f"sequence_layers {importlib.metadata.version('sequence_layers')}",
        "jax": importlib.metadata.version("jax"),
    }
