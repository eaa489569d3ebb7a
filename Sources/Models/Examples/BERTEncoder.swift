public import Layers

/// BERT: embeddings of tokens, of sentences and of positions, summed, and a transformer over all of them.
///
/// A timestep of the input is a token and the sentence, 0 or 1, that it is of.
///
/// - Shape: `i32[b, t, 2] -> [b, t, width]`, at most `longest` timesteps.
/// - Streaming: no steps; every output sees the whole sequence.
/// - Source: sequence_layers/tensorflow/examples/bert.py; Devlin et al. 2018, arXiv 1810.04805.
public struct BERTEncoder: Sendable {
  /// Tokens.
  public var vocabulary = 30522
  /// Blocks of the transformer.
  public var blocks = 12
  /// Channels.
  public var width = 768
  /// Attention heads a block; must divide `width`.
  public var heads = 12
  /// Dropped part, wherever something is dropped.
  public var dropout = 0.1
  /// Positions that have an embedding.
  public var longest = 512

  /// Makes the description of the base size.
  public init() {}

  /// The layers of the encoder.
  public var layer: Serial {
    var transformer = Transformer()
    (transformer.blocks, transformer.width, transformer.heads) = (blocks, width, heads)
    (transformer.activation, transformer.dropout) = (.geluExact, dropout)
    let normal = Initializer.truncatedNormal(stddev: 0.02)
    return Serial {
      Parallel(combination: .add, name: "embeddings") {
        Serial(name: "tokens") {
          Slice(slices: [.index(0)])
          Embedding(
            dimension: width, numEmbeddings: vocabulary, embeddingInit: normal,
            name: "token_embeddings")
        }
        Serial(name: "sources") {
          Slice(slices: [.index(1)])
          Embedding(
            dimension: width, numEmbeddings: 2, embeddingInit: normal, name: "source_embeddings")
        }
        Serial(name: "positions") {
          Slice(slices: [.index(0)])
          // One row a timestep, whatever the token.
          Mod(divisor: 1)
          SequenceEmbedding(
            dimension: width, numEmbeddingsPerStep: 1, numSteps: longest, embeddingInit: normal,
            name: "position_embeddings")
        }
      }
      MaskInvalid()
      LayerNormalization(epsilon: 1e-12)
      Dropout(rate: dropout)
      Serial(transformer.encoder.layers, name: "transformer")
    }
  }

  /// What the pooled output is made by, of the first timestep of the encoder's output.
  public var pooler: Dense {
    Dense(features: width, activation: .tanh, name: "pooler_transform")
  }
}
