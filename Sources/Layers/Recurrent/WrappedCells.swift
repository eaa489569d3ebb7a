public import Programs
import Tensors

/// Another cell of whose old state a part is kept: `state = (1 - p)·new + p·old` of every element; in training
/// the old one with probability `p`, else the new one.
///
/// The output is that of the other cell; its parameters lie below `keras_zoneout_wrapper/<cell>`.
///
/// - Source: sequence_layers/tensorflow/recurrent.py `KerasZoneoutWrapper`; Krueger et al. 2016,
///   arXiv 1606.01305. Draws depend on seed, path, row key and position only, so steps make those of the layer.
extension RNNCell.Zoneout: RecurrentCell {
  private var inner: any RecurrentCell { StackedCells.cell(of: cell) }

  public var scopeName: String { "keras_zoneout_wrapper" }
  public var units: Int { inner.units }
  public var state: [CellStateSpec] { inner.state }

  private var mixes: Bool { zoneoutProbability > 0 && zoneoutProbability < 1 }
  private var ownDrawCount: Int { mixes ? state.reduce(0) { $0 + $1.width } : 0 }
  public var drawCount: Int { inner.drawCount + ownDrawCount }

  public func check(for layer: any SequenceLayer) throws(LayerError) {
    guard (0...1).contains(zoneoutProbability) else {
      throw .config(
        layer, "cell.zoneoutProbability", found: "\(zoneoutProbability)",
        expected: "a probability from 0 to 1")
    }
    try StackedCells.check(cell, for: layer)
  }

  public func declare(_ parameters: inout CellParameters, inputs: Int) throws(LayerError) {
    let inner = inner
    try parameters.within(inner.scopeName) { parameters throws(LayerError) in
      try inner.declare(&parameters, inputs: inputs)
    }
  }

  public func project(_ x: Value, _ parameters: CellParameters) -> Value {
    inner.project(x, parameters.below(inner.scopeName))
  }

  public func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value]) {
    let inner = inner
    var (innerTurn, own) = (turn, turn.words)
    if let words = turn.words {
      innerTurn.words = words.sliced(axis: 1, from: 0, to: inner.drawCount)
      own = words.sliced(axis: 1, from: inner.drawCount, to: drawCount)
    }
    let result = inner.step(x, state, parameters.below(inner.scopeName), innerTurn)
    guard zoneoutProbability > 0 else { return result }
    guard zoneoutProbability < 1 else { return (result.output, state) }
    guard turn.training, let own else {
      let mixed = zip(result.state, state).map { new, old in
        new.scaled(by: 1 - zoneoutProbability) + old.scaled(by: zoneoutProbability)
      }
      return (result.output, mixed)
    }
    var place = 0
    let chosen = zip(result.state, state).map { new, old in
      let width = old.shape[1]
      let uniform = own.sliced(axis: 1, from: place, to: place + width).uniform
      place += width
      return (uniform .< uniform.scalarLike(1 - zoneoutProbability)).select(new, old)
    }
    return (result.output, chosen)
  }
}

/// Cells one after the other: the output of each is the input of the next.
///
/// Parameters lie below `stacked_rnn_cells/<cell>`, with `_1`, `_2`, … behind names that occur again.
///
/// - Source: Keras `StackedRNNCells`.
struct StackedCells: RecurrentCell {
  private let cells: [any RecurrentCell]
  private let names: [String]

  private init(_ cells: [any RecurrentCell]) {
    self.cells = cells
    var counts: [String: Int] = [:]
    names = cells.map { cell in
      let count = counts[cell.scopeName, default: 0]
      counts[cell.scopeName] = count + 1
      return count == 0 ? cell.scopeName : "\(cell.scopeName)_\(count)"
    }
  }

  /// One cell as it is, several as a stack.
  static func cell(of cells: [RNNCell]) -> any RecurrentCell {
    cells.count == 1 ? cells[0].arithmetic : StackedCells(cells.map(\.arithmetic))
  }

  /// Checks that there are cells, and each of them.
  static func check(_ cells: [RNNCell], for layer: any SequenceLayer) throws(LayerError) {
    guard !cells.isEmpty else {
      throw .config(layer, "cell", found: "no cell", expected: "one cell or more")
    }
    for cell in cells { try cell.arithmetic.check(for: layer) }
  }

  var scopeName: String { "stacked_rnn_cells" }
  var units: Int { cells.last?.units ?? 0 }
  var drawCount: Int { cells.reduce(0) { $0 + $1.drawCount } }
  var keepsInvalidState: Bool { cells.allSatisfy(\.keepsInvalidState) }
  var state: [CellStateSpec] {
    cells.enumerated().flatMap { index, cell in
      cell.state.map { CellStateSpec("cell_\(index)/\($0.name)", $0.width) }
    }
  }

  func check(for layer: any SequenceLayer) throws(LayerError) {
    for cell in cells { try cell.check(for: layer) }
  }

  func declare(_ parameters: inout CellParameters, inputs: Int) throws(LayerError) {
    var channels = inputs
    for (cell, name) in zip(cells, names) {
      try parameters.within(name) { parameters throws(LayerError) in
        try cell.declare(&parameters, inputs: channels)
      }
      channels = cell.units
    }
  }

  func project(_ x: Value, _ parameters: CellParameters) -> Value {
    cells[0].project(x, parameters.below(names[0]))
  }

  func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value]) {
    var (y, next, drawn) = (x, [] as [Value], 0)
    for (index, cell) in cells.enumerated() {
      let parameters = parameters.below(names[index])
      if index > 0 { y = cell.project(y.expandingAxes([1]), parameters).element(0, axis: 1) }
      var ownTurn = turn
      ownTurn.words = turn.words?.sliced(axis: 1, from: drawn, to: drawn + cell.drawCount)
      drawn += cell.drawCount
      let own = Array(state[next.count..<(next.count + cell.state.count)])
      let result = cell.step(y, own, parameters, ownTurn)
      y = result.output
      next += result.state
    }
    return (y, next)
  }
}

/// A part that was registered as a cell and is none; it is refused before anything is traced.
struct NoCell: RecurrentCell {
  var part: CustomPart

  var scopeName: String { "" }
  var units: Int { 0 }
  var state: [CellStateSpec] { [] }

  func check(for layer: any SequenceLayer) throws(LayerError) {
    throw .config(
      layer, "cell", found: "\(type(of: part.value))", expected: "a type that is a RecurrentCell")
  }

  func declare(_ parameters: inout CellParameters, inputs: Int) {}

  func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value]) { (x, state) }
}

extension RNNCell {
  /// Keeps part of the old state of another cell.
  public static func zoneout(cell: RNNCell, zoneoutProbability: Double) -> Self {
    .zoneout(cell: [cell], zoneoutProbability: zoneoutProbability)
  }
}
