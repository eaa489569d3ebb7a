import Programs
import Tensors

/// The fields that dot-product attentions share; a layer without one of them has its default.
protocol DotProductAttentionLayer: SequenceLayer {
  var numHeads: Int { get }
  var unitsPerHead: Int { get }
  var numKvHeads: Int? { get }
  var useBias: Bool { get }
  var inputProjection: QueryKeyValueProjection { get }
  var queryNetwork: (any SequenceLayer)? { get }
  var keyNetwork: (any SequenceLayer)? { get }
  var valueNetwork: (any SequenceLayer)? { get }
  var relativePositionEmbedding: RelativePositionEmbedding? { get }
  var attentionProbabilitiesDropoutRate: Double { get }
  var broadcastDropoutAcrossQueries: Bool { get }
  var attentionLogitsSoftCap: Double? { get }
  var perDimScale: Bool { get }
  var perDimKeyScale: Bool { get }
  var queryScale: Double? { get }
  var zeroFullyMasked: Bool { get }
  var computeDtype: DType? { get }
  var paramDtype: DType { get }
  var numSinkEmbeddings: Int { get }
  var sinkEmbeddingsInit: Initializer { get }
  var useSinkScalars: Bool { get }
  var sinkScalarsInit: Initializer { get }
  var experimentalAccumulateLogitsInFloat32: Bool { get }

  /// Whether the layer is defined by attention over blocks of keys: see ``AttentionCore/isOnline``.
  var isOnline: Bool { get }
  /// What becomes of a query that sees no key.
  var fullyMasked: AttentionCore.FullyMasked { get }
}

extension DotProductAttentionLayer {
  var numKvHeads: Int? { nil }
  var relativePositionEmbedding: RelativePositionEmbedding? { nil }
  var attentionProbabilitiesDropoutRate: Double { 0 }
  var broadcastDropoutAcrossQueries: Bool { false }
  var perDimKeyScale: Bool { false }
  var zeroFullyMasked: Bool { false }
  var numSinkEmbeddings: Int { 0 }
  var sinkEmbeddingsInit: Initializer { .zeros }
  var useSinkScalars: Bool { false }
  var sinkScalarsInit: Initializer { .zeros }
  var isOnline: Bool { false }
  var fullyMasked: AttentionCore.FullyMasked {
    if zeroFullyMasked || isOnline { return .zeros }
    // Without networks a query that is valid sees at least itself, or no key is valid at all. A network
    // may make keys invalid; an average over all timesteps is then what no step can give.
    return keyNetwork == nil && valueNetwork == nil ? .mean : .zeroContext
  }
}

extension DotProductAttentionLayer {
  var keyHeads: Int { numKvHeads ?? numHeads }
  var queryNet: HeadNetwork { HeadNetwork(queryNetwork, "query_network") }
  var keyNet: HeadNetwork { HeadNetwork(keyNetwork, "key_network", beside: [queryNet]) }
  var valueNet: HeadNetwork {
    HeadNetwork(valueNetwork, "value_network", beside: [queryNet, keyNet])
  }
  var networks: [HeadNetwork] { [queryNet, keyNet, valueNet] }

  /// The inputs that self attention within a horizon depends on.
  ///
  /// What the query's network sees, and what the networks of keys and values see from every timestep in
  /// horizon. As in the original, positions that count valid timesteps are left out: beyond the horizon no
  /// value is seen.
  func receptiveField(_ horizon: AttentionHorizon) -> ReceptiveFieldPerStep {
    let band = horizon.receptiveFieldPerStep
    func seen(by network: (any SequenceLayer)?) -> ReceptiveFieldPerStep {
      guard let network, network.mixesTimesteps else { return [.aligned] }
      return network.receptiveFieldPerStep
    }
    let sources = [keyNetwork, valueNetwork].map {
      ReceptiveFieldChain.compose([seen(by: $0), band], [1, 1])
    }
    return ReceptiveFieldUnion.aligned(sources + [seen(by: queryNetwork)])
  }
  var dropout: AttentionDropout {
    AttentionDropout(
      rate: attentionProbabilitiesDropoutRate, sharesQueries: broadcastDropoutAcrossQueries)
  }

  var scaling: HeadScaling {
    HeadScaling(
      size: unitsPerHead, queryScale: queryScale, perDimScale: perDimScale,
      perDimKeyScale: perDimKeyScale, paramDtype: paramDtype)
  }

  /// The sizes of projections of an input.
  func heads(_ input: ChannelSpec) throws(LayerError) -> HeadShape {
    HeadShape(
      heads: numHeads, keyHeads: keyHeads, size: unitsPerHead, useBias: useBias,
      paramDtype: paramDtype,
      dtype: try ComputeType.resolve(
        input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName))
  }

  /// Queries, keys and values before their networks.
  func projectedSpecs(
    _ input: ChannelSpec
  ) throws(LayerError) -> (query: ChannelSpec, key: ChannelSpec) {
    let dtype = try heads(input).dtype
    return (
      ChannelSpec([numHeads, unitsPerHead], dtype), ChannelSpec([keyHeads, unitsPerHead], dtype)
    )
  }

  /// Queries, keys and values behind their networks.
  func headSpecs(
    _ input: ChannelSpec, _ constants: ConstantSpecs
  ) throws(LayerError) -> (query: ChannelSpec, key: ChannelSpec, value: ChannelSpec) {
    let (many, few) = try projectedSpecs(input)
    let query = try queryNet.outputSpec(for: many, constants: constants, owner: self)
    let key = try keyNet.outputSpec(for: few, constants: constants, owner: self)
    let value = try valueNet.outputSpec(for: few, constants: constants, owner: self)
    guard query.shape[1] == key.shape[1] else {
      throw .config(
        self, "keyNetwork", found: "keys of size \(key.shape[1])",
        expected: "\(query.shape[1]), the size of the queries")
    }
    return (query, key, value)
  }

  /// Checks the shared fields and gives the channels of the output.
  func attentionSpec(
    _ input: ChannelSpec, _ constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireChannelRank(1...1, input, layer: typeName)
    let specs = try headSpecs(input, constants)
    return ChannelSpec([numHeads, specs.value.shape[1]], specs.value.dtype)
  }

  /// Checks the fields that all attentions have.
  func checkHeads() throws(LayerError) {
    try require("numHeads", numHeads, atLeast: 1)
    try require("unitsPerHead", unitsPerHead, atLeast: 1)
    try require("numKvHeads", keyHeads, atLeast: 1)
    guard numHeads % keyHeads == 0 else {
      throw .config(
        self, "numKvHeads", found: "\(keyHeads) key heads for \(numHeads) query heads",
        expected: "a divisor of numHeads")
    }
    if case .combinedQueryKeyValueProjection = inputProjection, keyHeads != numHeads {
      throw .config(
        self, "inputProjection", found: "a combined projection with \(keyHeads) key heads",
        expected: "a projection with keys apart from queries",
        suggestion: "set inputProjection: .queryAndKeyValueProjection()")
    }
    if let cap = attentionLogitsSoftCap, !(cap >= 0) {
      throw .config(
        self, "attentionLogitsSoftCap", found: "\(cap)", expected: "0 or more, or nil")
    }
    let rate = attentionProbabilitiesDropoutRate
    guard (0...1).contains(rate) else {
      throw .config(
        self, "attentionProbabilitiesDropoutRate", found: "\(rate)",
        expected: "a probability from 0 to 1")
    }
    try checkSinks()
  }

  private func checkSinks() throws(LayerError) {
    try require("numSinkEmbeddings", numSinkEmbeddings, atLeast: 0)
    guard numSinkEmbeddings > 0 || useSinkScalars else { return }
    guard numSinkEmbeddings == 0 || !useSinkScalars else {
      throw .config(
        self, "useSinkScalars", found: "sink scalars with \(numSinkEmbeddings) sink embeddings",
        expected: "one of the two",
        suggestion: "set numSinkEmbeddings to 0, or useSinkScalars to false")
    }
    guard !zeroFullyMasked else {
      throw .config(
        self, "zeroFullyMasked", found: "true with sinks, which every query sees",
        expected: "false", suggestion: "set zeroFullyMasked to false: no query sees nothing")
    }
  }

  /// Checks that a projection has queries apart from keys and values.
  func checkSeparateQueries() throws(LayerError) {
    guard case .combinedQueryKeyValueProjection = inputProjection else { return }
    throw .config(
      self, "inputProjection", found: "a combined projection of query and source",
      expected: "a projection that has keys and values apart from queries",
      suggestion: "use .queryAndKeyValueProjection()")
  }
}
