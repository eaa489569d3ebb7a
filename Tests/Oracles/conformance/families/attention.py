"""Attention of a sequence to itself and to sources."""

from ..draws import Draw, Wanted, family, layer


def rotary(dice):
    return layer("apply_rotary_positional_encoding", max_wavelength=dice.pick(100.0, 1000.0),
                 only_advance_position_for_valid_timesteps=dice.maybe(False, 0.2))


def shared(dice, units, sinks=True):
    """Options that most kinds of attention have."""
    fields = {"units_per_head": units, "use_bias": dice.maybe(True, 0.3),
              "attention_logits_soft_cap": dice.maybe(dice.real(0.5, 3), 0.2),
              "per_dim_scale": dice.maybe(True, 0.2),
              "query_scale": dice.maybe(dice.real(0.2, 1.5), 0.2)}
    if units % 2 == 0 and dice.chance(0.3):
        network = rotary(dice)
        fields |= {"query_network": network, "key_network": network}
    elif dice.chance(0.2):
        fields["query_network"] = layer(dice.pick("rms_normalization", "layer_normalization"))
    if dice.chance(0.15):
        fields["value_network"] = layer(dice.pick("tanh", "rms_normalization"))
    # Changes nothing outside of training.
    fields["attention_probabilities_dropout_rate"] = dice.maybe(0.3, 0.1) if sinks else None
    if sinks and dice.chance(0.2):
        fields["num_sink_embeddings"] = dice.int(1, 3)
    elif sinks and dice.chance(0.15):
        fields["use_sink_scalars"] = True
    elif sinks and dice.chance(0.15):
        fields["zero_fully_masked"] = True
    return fields


def heads(dice, grouped=True):
    """Numbers of heads, and a projection that goes with them."""
    if grouped and dice.chance(0.3):
        kv = dice.pick(1, 2)
        kind = dice.pick("separate_query_key_value_projection", "query_and_key_value_projection",
                         "query_and_shared_key_value_projection")
        return {"num_heads": kv * dice.int(1, 2), "num_kv_heads": kv,
                "input_projection": {kind: [{}]}}
    kind = dice.pick(None, None, "separate_query_key_value_projection",
                     "query_and_key_value_projection", "query_and_shared_key_value_projection",
                     "combined_query_key_value_projection")
    projection = None if kind is None else {kind: [{}]}
    if kind is not None and kind.startswith("combined"):
        projection[kind][0]["share_kv_projection"] = [dice.chance(0.7)]
    return {"num_heads": dice.int(1, 3), "input_projection": projection}


def dtypes(dice):
    """Dtypes of computation and parameters, rarely narrow ones."""
    return {"compute_dtype": dice.dtype(0.05), "param_dtype": dice.dtype(0.05)}


def bias(dice, number, units, past, future):
    """A relative position embedding that adds a bias to logits."""
    if dice.chance():
        return {"t5_relative_position_embedding": [{
            "num_buckets": [dice.pick(4, 8)], "num_heads": [number],
            "bidirectional": [future > 0 or dice.chance(0.3)], "max_distance": [dice.int(8, 20)]}]}
    return {"shaw_relative_position_embedding": [{
        "max_backward": [dice.int(1, max(past, 1) + 1)], "max_forward": [dice.int(0, future + 1)],
        "num_heads": [number], "units_per_head": [units]}]}


def transformer_xl(dice, number, units, past, future):
    return {"transformer_xl_relative_position_embedding": [{
        "num_heads": [number], "units_per_head": [units], "max_backward": [past],
        "max_forward": [future], "position_bias_dim": [2 * dice.int(1, 3)],
        "use_bias": [dice.chance(0.7)]}]}


@family("self_attention")
def self_attention(dice):
    units = dice.int(1, 5)
    past, future = dice.pick(-1, 0, 1, 2, 4, 7), dice.pick(0, 0, 0, 1, 2, 4, -1)
    if past == 0 and future == 0:
        past = 1
    fields = heads(dice) | shared(dice, units)
    fields["per_dim_key_scale"] = dice.maybe(True, 0.15)
    if "num_kv_heads" not in fields and "num_sink_embeddings" not in fields and dice.chance(0.25):
        fields["relative_position_embedding"] = bias(
            dice, fields["num_heads"], units, max(past, 2), max(future, 0))
    elif dice.chance(0.15):
        fields["use_kv_cache_ringbuffer"] = True
    return Draw(layer("dot_product_self_attention", max_past_horizon=past,
                      max_future_horizon=future, **dtypes(dice), **fields),
                (dice.int(1, 5),), time=(3, 14))


@family("self_attention")
def local(dice):
    units, past, future = dice.int(1, 5), dice.int(1, 6), dice.pick(0, 0, 1, 2, 4)
    fields = heads(dice, grouped=False) | shared(dice, units)
    if fields.get("per_dim_scale"):
        fields["per_dim_key_scale"] = dice.maybe(True, 0.3)
    if "num_sink_embeddings" not in fields and dice.chance(0.25):
        fields["relative_position_embedding"] = transformer_xl(
            dice, fields["num_heads"], units, past, future)
    return Draw(layer("local_dot_product_self_attention", block_size=dice.int(1, 5),
                      max_past_horizon=past, max_future_horizon=future, **dtypes(dice), **fields),
                (dice.int(1, 5),), time=(3, 14))


@family("self_attention")
def second_version(dice):
    units = dice.int(1, 5)
    past, future = dice.pick(-1, 1, 2, 4, 7), dice.pick(0, 0, 0, 1, 2, 4, -1)
    fields = heads(dice) | shared(dice, units, sinks=False)
    constants = {}
    if dice.chance(0.2):
        fields["position_name"] = "pos"
        constants["pos"] = Wanted("array", role="positions", streamed=True)
    if dice.chance(0.2):
        fields["segment_ids_name"] = "seg"
        constants["seg"] = Wanted("array", role="segments", streamed=True)
    return Draw(layer("dot_product_self_attention_v2", max_past_horizon=past,
                      max_future_horizon=future,
                      flash_attention_query_block_size=dice.maybe(dice.int(1, 5), 0.2),
                      flash_attention_key_block_size=dice.maybe(dice.int(1, 5), 0.2),
                      use_kv_cache_ringbuffer=dice.maybe(True, 0.1), **dtypes(dice), **fields),
                (dice.int(1, 5),), time=(3, 14), constants=constants)


@family("self_attention")
def blockwise(dice):
    units = dice.int(1, 5)
    past, future = dice.pick(-1, 0, 1, 1, 2), dice.pick(0, 0, 0, 1, 2, -1)
    return Draw(layer("blockwise_dot_product_self_attention", block_size=dice.int(1, 4),
                      max_past_horizon_blocks=past, max_future_horizon_blocks=future,
                      flash_attention_query_block_size=dice.maybe(dice.int(1, 5), 0.2),
                      flash_attention_key_block_size=dice.maybe(dice.int(1, 5), 0.2),
                      **heads(dice), **dtypes(dice), **shared(dice, units, sinks=False)),
                (dice.int(1, 5),), time=(3, 14))


def cross_heads(dice):
    kind = dice.pick(None, None, "separate_query_key_value_projection",
                     "query_and_key_value_projection", "query_and_shared_key_value_projection")
    return {"num_heads": dice.int(1, 3),
            "input_projection": None if kind is None else {kind: [{}]}}


@family("cross_attention")
def attention(dice):
    units = dice.int(1, 5)
    fields = cross_heads(dice) | shared(dice, units)
    fields["per_dim_key_scale"] = dice.maybe(True, 0.15)
    constants = {"source": Wanted("sequence", (dice.int(1, 4),), (2, 9))}
    if "num_sink_embeddings" not in fields and dice.chance(0.3):
        fields["relative_position_embedding"] = bias(dice, fields["num_heads"], units, 4, 3)
        if dice.chance(0.3):
            fields["query_positions_name"] = "positions"
            constants["positions"] = Wanted("sequence", role="positions", streamed=True)
    return Draw(layer("dot_product_attention", source_name="source", **dtypes(dice), **fields),
                (dice.int(1, 5),), time=(3, 11), constants=constants)


@family("cross_attention")
def several_sources(dice):
    units, channels = dice.int(1, 5), dice.int(1, 4)
    names = ["one", "two", "three"][: dice.int(1, 3)]
    fields = cross_heads(dice) | shared(dice, units, sinks=False)
    if dice.chance(0.3):
        kv = dice.pick(1, 2)
        fields |= {"num_heads": kv * dice.int(1, 2), "num_kv_heads": kv}
    return Draw(layer("multi_source_dot_product_attention", source_names=names,
                      flash_attention_query_block_size=dice.maybe(dice.int(1, 5), 0.2),
                      flash_attention_source_block_sizes=dice.maybe(dice.int(1, 5), 0.2),
                      **dtypes(dice), **fields),
                (dice.int(1, 5),), time=(3, 11),
                constants={name: Wanted("sequence", (channels,), (2, 7)) for name in names})


@family("cross_attention")
def streaming(dice):
    units, past, future = dice.int(1, 5), dice.int(1, 5), dice.pick(0, 0, 1, 2)
    return Draw(layer("streaming_dot_product_attention", source_name="source",
                      max_past_horizon=past, max_future_horizon=future,
                      use_kv_cache_ringbuffer=dice.maybe(True, 0.1),
                      use_query_delay_buffer=dice.maybe(False, 0.2), **dtypes(dice),
                      **cross_heads(dice), **shared(dice, units)),
                (dice.int(1, 5),), time=(3, 12),
                constants={"source": Wanted("sequence", (dice.int(1, 4),), streamed=True)})


@family("cross_attention")
def streaming_local(dice):
    units, past, future = dice.int(1, 5), dice.int(1, 5), dice.pick(0, 0, 1, 2)
    return Draw(layer("streaming_local_dot_product_attention", source_name="source",
                      block_size=dice.int(1, 4), max_past_horizon=past, max_future_horizon=future,
                      use_query_delay_buffer=dice.maybe(False, 0.2), **dtypes(dice),
                      **cross_heads(dice), **shared(dice, units)),
                (dice.int(1, 5),), time=(3, 12),
                constants={"source": Wanted("sequence", (dice.int(1, 4),), streamed=True)})


@family("cross_attention")
def mixture(dice):
    return Draw(layer("gmm_attention", source_name="source", num_heads=dice.int(1, 3),
                      units_per_head=dice.int(1, 4), num_components=dice.int(1, 3),
                      monotonic=dice.chance(), output_use_bias=dice.maybe(False, 0.3),
                      init_offset_bias=dice.maybe(dice.real(0, 1)),
                      init_scale_bias=dice.real(0.5, 1.5),
                      max_offset=dice.maybe(dice.real(1, 3), 0.4)),
                (dice.int(1, 5),), time=(3, 10),
                constants={"source": Wanted("sequence", (dice.int(1, 4),), (2, 8))})
