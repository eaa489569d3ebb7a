import Programs
import Tensors

extension LayerContext {
  /// Runs a body block by block, the state going from block to block, as one loop of the program.
  ///
  /// The body is traced once, as a step in a context of its own; streamed constants are cut like the input.
  /// Whatever the number of blocks, memory holds the values of one.
  ///
  /// - Precondition: `x` is a whole number of blocks.
  public func overBlocks(
    _ x: SequenceValue, of blockTime: Int, _ state: inout LayerState,
    _ body: (SequenceValue, inout LayerState, LayerContext) throws(LayerError) -> SequenceValue
  ) throws(LayerError) -> SequenceValue {
    if mode == .step, x.time == blockTime { return try body(x, &state, self) }
    var loop = BlockLoop(count: x.time / blockTime, builder: ProgramBuilder())
    let (values, specs) = try loop.constants(of: self, time: x.time, blockTime: blockTime)
    let inner = LayerContext(
      builder: loop.builder, mode: .step, batch: batch, constants: values, constantSpecs: specs,
      options: options, cacheCapacity: cacheCapacity, isCancelled: isCancelled)
    inner.place = place
    inner.precedingLatency = precedingLatency
    inner.tables = tables.mapValues { loop.captured($0) }
    let block = loop.sliced(x, time: blockTime)
    var leaves = state.mapLeaves { _, leaf in loop.carried(leaf.value) }
    let y = try loop.builder.scoped(absolute: builder.path) { () throws(LayerError) in
      try body(block, &leaves, inner)
    }
    try loop.adoptInputs(of: inner, by: self)
    try adopt(inner.cacheFills, count: loop.count)
    for (_, leaf) in leaves.allLeaves() { loop.next.append(leaf.value) }
    for update in inner.variableUpdates { loop.carry(update) }
    let shown = [y] + inner.emits.map(\.sequence) + inner.records.flatMap { [$0.output, $0.input] }
    loop.stack(shown)
    guard var results = loop.run(in: builder) else {
      // The cause is among the builder's errors.
      return SequenceValue(
        builder.poison(loop.joined(y.values.type)), mask: builder.poison(loop.joined(y.mask.type)))
    }
    state = leaves.mapLeaves { _, _ in results.carried.removeFirst() }
    for (update, value) in zip(inner.variableUpdates, results.carried) {
      self.update(variableAt: update.path, value)
    }
    let known = [block.ids: x]
    func whole(_ part: SequenceValue) -> SequenceValue {
      known[part.ids] ?? results.sequence(of: part)
    }
    adopt(inner.emits) { whole($0) }
    adopt(inner.records, count: loop.count) { whole($0) }
    return whole(y)
  }

  /// Adds what layers did in every one of some blocks.
  private func adopt(
    _ parts: [LayerRecord], count: Int, _ whole: (SequenceValue) -> SequenceValue
  ) {
    for var record in parts {
      record.input = whole(record.input)
      record.output = whole(record.output)
      record.alignedTime *= count
      if mode == .layer {
        // In a whole sequence every layer's first output is its first layer-wise one.
        let time = record.output.time
        let latency = min(max(0, record.outputLatency), time)
        if latency > 0 { record.output = record.output.slicedTime(from: latency, to: time) }
        record.alignedTime = min(record.alignedTime, record.output.time)
        (record.outputLatency, record.precedingLatency) = (0, 0)
      }
      records.append(record)
    }
  }
}
