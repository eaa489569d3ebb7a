"""Runs the original on one layer, one input and one set of parameters."""

import typing

import flax
import jax
import jax.numpy as jnp
import numpy as np
import sequence_layers.jax as sl


class Refused(Exception):
    """The original does not take this configuration, or computes nothing usable for it."""


class Disagreement(Exception):
    """The original's layer and step results differ."""


class Output(typing.NamedTuple):
    """A sequence with zeros at invalid timesteps."""

    values: np.ndarray
    mask: np.ndarray


def is_float(array):
    return jnp.issubdtype(array.dtype, jnp.floating)


def is_complex(array):
    return jnp.issubdtype(array.dtype, jnp.complexfloating)


def differentiable(array):
    """The array as a tuple of real arrays to differentiate by, or None."""
    if is_complex(array):
        return np.real(array).copy(), np.imag(array).copy()
    return (array,) if is_float(array) else None


class Reference:
    """A layer of the original with everything but its numbers fixed."""

    def __init__(self, config, values, mask, constants):
        self.layer = config.make()
        self.roles = {name: (c.kind, c.streamed) for name, c in constants.items()}
        self.batch, self.time = mask.shape
        self.spec = jax.ShapeDtypeStruct(values.shape[2:], values.dtype)
        arrays = self.constant_arrays(constants)
        shapes = jax.eval_shape(
            lambda x: self.layer.init(
                jax.random.key(0), x, training=False, constants=self.sequences(arrays)),
            sl.Sequence(values, mask))
        tree = flax.core.unfreeze(flax.core.meta.unbox(shapes))
        self.variable_shapes = flax.traverse_util.flatten_dict(tree, sep="/")
        self._forward = jax.jit(self._layer)
        self._both = jax.jit(jax.grad(self._loss, has_aux=True))
        self._step = jax.jit(self._one_step)
        self._start = jax.jit(self._initial_state)

    @staticmethod
    def constant_arrays(constants):
        return {name: (c.values, c.mask) for name, c in constants.items()}

    def sequences(self, arrays):
        """Constants as the original takes them."""
        return {name: jnp.asarray(values) if self.roles[name][0] == "array" else sl.Sequence(values, mask)
                for name, (values, mask) in arrays.items()}

    @staticmethod
    def _variables(flat):
        return flax.traverse_util.unflatten_dict(flat, sep="/")

    def bound(self, variables):
        """The layer with its parameters, to ask for facts."""
        return self.layer.bind(self._variables(variables))

    # Whole sequences.

    def _layer(self, variables, values, mask, constants):
        y, emits = self.layer.apply(
            self._variables(variables), sl.Sequence(values, mask), training=False,
            constants=self.sequences(constants), method=self.layer.layer_with_emits)
        y = y.mask_invalid()
        return Output(y.values, y.mask), emits

    def output_spec(self, variables, values, mask, constants):
        """Shape and dtype of the output values."""
        return jax.eval_shape(self._layer, variables, values, mask, constants)[0].values

    def run(self, variables, values, mask, constants):
        """The output sequence and the emits, of the layer over whole sequences."""
        return jax.device_get(self._forward(variables, values, mask, constants))

    def _loss(self, leaves, fixed, cotangent):
        arrays = dict(fixed)
        for name, parts in leaves.items():
            arrays[name] = parts[0] if len(parts) == 1 else jax.lax.complex(*parts)
        constants = {name: (arrays[f"constants/{name}"], arrays.get(f"constant_masks/{name}"))
                     for name in self.roles}
        variables = {name: arrays[name] for name in self.variable_shapes}
        y, emits = self._layer(variables, arrays["input"], arrays["mask"], constants)
        if is_complex(y.values):
            product = (jnp.real(y.values) * jnp.real(cotangent)
                       + jnp.imag(y.values) * jnp.imag(cotangent))
        else:
            product = y.values.astype(jnp.float32) * cotangent
        return jnp.sum(product), (y, emits)

    def run_with_gradients(self, variables, values, mask, constants, cotangent):
        """As `run`, with the gradients of the sum of output times cotangent, by file name."""
        arrays = dict(variables) | {"input": values, "mask": mask}
        for name, (constant, constant_mask) in constants.items():
            arrays[f"constants/{name}"] = constant
            if constant_mask is not None:
                arrays[f"constant_masks/{name}"] = constant_mask
        leaves = {}
        for name in list(arrays):
            if name.startswith(("params/", "input", "constants/")):
                parts = differentiable(arrays[name])
                if parts is not None:
                    leaves[name] = parts
                    del arrays[name]
        if not leaves:
            return *self.run(variables, values, mask, constants), {}
        found, (y, emits) = jax.device_get(self._both(leaves, arrays, cotangent))
        gradients = {f"grad/{name}": parts[0] if len(parts) == 1 else parts[0] + 1j * parts[1]
                     for name, parts in found.items()}
        if "grad/input" in gradients:
            gradients["grad/input"] = cleared(gradients["grad/input"], mask)
        for name, (_, constant_mask) in constants.items():
            key = f"grad/constants/{name}"
            if key in gradients and constant_mask is not None:
                gradients[key] = cleared(gradients[key], constant_mask)
        return y, emits, gradients

    # Step by step.

    def _initial_state(self, variables, constants):
        return self.layer.apply(
            self._variables(variables), self.batch, self.spec, training=False,
            constants=self.sequences(constants), method=self.layer.get_initial_state)

    def _one_step(self, variables, values, mask, state, constants):
        y, state = self.layer.apply(
            self._variables(variables), sl.Sequence(values, mask), state, training=False,
            constants=self.sequences(constants), method=self.layer.step)
        return Output(y.values, y.mask), state

    def steps(self, variables, values, mask, constants):
        """The output of single blocks in a row: flushed, without the leading latency, masked."""
        layer = self.bound(variables)
        block, skipped = int(layer.block_size), int(layer.output_latency)
        length = self.time + int(layer.input_latency)
        length += -length % block
        values, mask = lengthened(values, length), lengthened(mask, length)
        state = self._start(variables, constants)
        outputs = []
        for start in range(0, length, block):
            cut = slice(start, start + block)
            now = {}
            for name, (constant, constant_mask) in constants.items():
                if self.roles[name][1]:
                    constant = lengthened(constant, length)[:, cut]
                    if constant_mask is not None:
                        constant_mask = lengthened(constant_mask, length)[:, cut]
                now[name] = (constant, constant_mask)
            y, state = self._step(variables, values[:, cut], mask[:, cut], state, now)
            outputs.append(jax.device_get(y))
        values, mask = (np.concatenate(parts, axis=1)[:, skipped:] for parts in zip(*outputs))
        return Output(cleared(values, mask), mask)


def cleared(values, mask):
    """Values with zeros where the mask is false."""
    keep = np.asarray(mask).reshape(mask.shape + (1,) * (values.ndim - 2))
    return np.where(keep, values, np.zeros((), values.dtype))


def lengthened(array, length):
    """The array with its time axis at least as long as given, by zeros (false)."""
    missing = max(0, length - array.shape[1])
    return np.pad(array, [(0, 0), (0, missing)] + [(0, 0)] * (array.ndim - 2))


def compare(a, b):
    """The largest difference of two sequences at valid timesteps; Disagreement for masks."""
    length = max(a.mask.shape[1], b.mask.shape[1])
    masks = [lengthened(s.mask, length) for s in (a, b)]
    if not np.array_equal(*masks):
        counts = [m.sum(axis=1).tolist() for m in masks]
        raise Disagreement(f"layer and step masks differ: lengths {counts[0]} and {counts[1]}")
    values = [cleared(lengthened(s.values, length), masks[0]) for s in (a, b)]
    wide = np.complex128 if np.iscomplexobj(values[0]) else np.float64
    difference = np.abs(values[0].astype(wide) - values[1].astype(wide))
    if np.isnan(difference).any():
        raise Disagreement("the step result is not finite where the layer result is")
    return float(difference.max(initial=0.0))


def emitted(emits):
    """Emitted values by their path in the tree, joined by slashes."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(
        emits, is_leaf=lambda leaf: isinstance(leaf, sl.Sequence))
    result = {}
    for path, leaf in leaves:
        keys = [str(getattr(key, "key", getattr(key, "idx", getattr(key, "name", None))))
                for key in path]
        result["emits/" + ("/".join(keys) or "value")] = leaf
    return result
