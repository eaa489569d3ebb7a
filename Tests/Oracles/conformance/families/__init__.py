"""What can be drawn, family by family; importing this registers all of them with `draws`."""

from . import (  # noqa: F401
    attention, combinators, conditioning, convolution, dense, dsp, normalization, pointwise,
    pooling, recurrent, shape, stacks, time_varying)
