"""Makes conformance cases: what the original `sequence_layers` computes for given layers."""
