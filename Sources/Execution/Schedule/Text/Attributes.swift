import Programs
import Tensors

// The attributes of scheduled operations, in the words of their text: one function writes and reads.

extension Epilogue {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.view("bias", &bias)
    try coder.name("activation", &activation)
    try coder.view("residual", &residual)
    try coder.view("mask", &mask)
    try coder.flag("keepsUnmasked", &keepsUnmasked)
  }
}

extension Contraction {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.number("m", &m)
    try coder.number("n", &n)
    try coder.number("k", &k)
    var (a, b) = ([aRow, aTerm], [bTerm, bColumn])
    try coder.numbers("a", &a)
    try coder.numbers("b", &b)
    (aRow, aTerm) = (a.first ?? 0, a.last ?? 0)
    (bTerm, bColumn) = (b.first ?? 0, b.last ?? 0)
    try coder.number("c", &cRow, usual: nil)
    var starts = batch.flatMap { [$0.a, $0.b, $0.c] }
    try coder.numbers("batch", &starts, usual: [0, 0, 0])
    batch = stride(from: 0, to: starts.count - 2, by: 3).map {
      BatchEntry(a: starts[$0], b: starts[$0 + 1], c: starts[$0 + 2])
    }
    try coder.flag("packed", &isPacked)
    try epilogue.code(&coder)
  }
}

extension Convolution {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.numbers("kernel", &kernelShape)
    try coder.numbers("result", &resultShape)
    let rank = max(spatialRank, 0)
    let (ones, zeros) = (Array(repeating: 1, count: rank), Array(repeating: 0, count: rank))
    try coder.numbers("stride", &dimensions.strides, usual: ones)
    try coder.numbers("low", &dimensions.padLow, usual: zeros)
    try coder.numbers("high", &dimensions.padHigh, usual: zeros)
    try coder.numbers("inputDilation", &dimensions.inputDilation, usual: ones)
    try coder.numbers("kernelDilation", &dimensions.kernelDilation, usual: ones)
    try coder.number("featureGroups", &dimensions.featureGroups, usual: 1)
    try coder.view("inputMask", &mask)
    try epilogue.code(&coder)
  }

  /// One to be filled in.
  init() {
    self.init(dimensions: ConvolutionDimensions(spatialRank: 0), kernelShape: [], resultShape: [])
  }
}

extension RowFunction.Normalization {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.number("length", &length)
    var number = Double(epsilon)
    try coder.real("epsilon", &number)
    epsilon = Float(number)
    try coder.flag("scale", &usesScale)
    try coder.flag("shift", &usesBias)
  }

  /// One to be filled in.
  init() { self.init(length: 1, epsilon: 0, usesScale: false, usesBias: false) }
}

extension KnownComposite.AttentionAttributes {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.number("past", &past, usual: -1)
    try coder.number("future", &future, usual: -1)
    try coder.number("offset", &offset, usual: 0)
    try coder.real("softCap", &softCap)
    try coder.flag("zerosFullyMasked", &zerosFullyMasked)
    try coder.flag("hasBias", &hasBias)
    try coder.flag("sliding", &isSliding)
  }
}

extension PanelLayout {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.number("k", &k)
    try coder.number("n", &n)
    try coder.numbers("starts", &starts, usual: [0])
    var strides = [rowStride, columnStride]
    try coder.numbers("steps", &strides)
    (rowStride, columnStride) = (strides.first ?? 0, strides.last ?? 0)
  }

  /// One to be filled in.
  init() { self.init(starts: [0], k: 1, n: 1, rowStride: 1, columnStride: 1) }
}

extension ScheduledLoop {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.number("trips", &tripCount)
    try coder.flag("reverse", &reverse)
  }

  /// One to be filled in.
  init(body: Int) {
    self.init(tripCount: 0, reverse: false, slices: [], stacks: [], carries: [], body: body)
  }
}

extension RowTiles {
  mutating func code<Coder: AttributeCoder>(_ coder: inout Coder) throws(Coder.Failure) {
    try coder.number("rows", &rowCount)
    try coder.number("tile", &rowsPerTile)
    try coder.number("bytes", &partByteCount)
  }

  /// One to be filled in, with these buffers for scratch and tables.
  init(scratch: Int, tables: Int) {
    self.init(
      tasks: [], rowCount: 1, rowsPerTile: 1, values: [], scratch: scratch, partByteCount: 0,
      tables: tables)
  }
}
