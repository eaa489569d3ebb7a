import Layers
import Runtime
import Tensors

/// Which timesteps of one row of a sequence are valid, in three numbers.
struct RowValidity: Hashable {
  var valid = 0
  var first: Int?
  var last: Int?

  /// Takes further timesteps, of which the first is timestep `start` of the sequence.
  mutating func add(_ sequence: SequenceTensor, row: Int, at start: Int) {
    let time = sequence.time
    sequence.mask.withUnsafeElements(of: Bool.self) { flags in
      for place in 0..<time where flags[row * time + place] {
        valid += 1
        first = first ?? start + place
        last = start + place
      }
    }
  }

  /// That of every row of a whole sequence.
  static func rows(of sequence: SequenceTensor) -> [RowValidity] {
    (0..<sequence.batch).map { row in
      var result = RowValidity()
      result.add(sequence, row: row, at: 0)
      return result
    }
  }
}

extension LayerWiseRun {
  /// Which timesteps of a layer's output are valid, a row each; nil for one without output.
  func validity(_ path: String) -> [RowValidity]? {
    if let whole { return whole.taps[path].map(RowValidity.rows) }
    return pieces?.validity[path]
  }

  /// The same for what goes into a layer.
  func inputValidity(of path: String) -> [RowValidity]? {
    guard let place = layers.first(where: { $0.path == path }) else { return nil }
    switch place.input {
    case .root: return RowValidity.rows(of: root)
    case .output(let other): return validity(other)
    case .made:
      if let whole { return whole.madeInputs[path].map(RowValidity.rows) }
      return pieces?.validity[LayerWisePieces.inputName(path)]
    }
  }
}
