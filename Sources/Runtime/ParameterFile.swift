import Layers
import Tensors

/// The layout of parameters in files: the copies of a repeated layer are stacked on leading axes of
/// one array.
struct ParameterFile {
  /// One array of the file: the parameters that it holds, and how many copies each level has.
  struct Entry {
    var name: String
    var specs: [ParameterSpec]
    var copies: [Int]

    /// The shape in the file.
    var shape: Shape { copies + specs[0].shape }
  }

  /// The arrays in declaration order.
  let entries: [Entry]

  init(_ specs: [ParameterSpec]) {
    var entries: [Entry] = []
    var index: [String: Int] = [:]
    for spec in specs {
      let name = spec.fileName
      let place = LayerPath.copyIndices(spec.path)
      if let known = index[name] {
        entries[known].specs.append(spec)
        entries[known].copies = zip(entries[known].copies, place).map { max($0, $1 + 1) }
      } else {
        index[name] = entries.count
        entries.append(Entry(name: name, specs: [spec], copies: place.map { $0 + 1 }))
      }
    }
    self.entries = entries
  }

  /// Cuts the arrays of a file into parameters by path.
  func parameters(_ file: [String: Tensor]) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for entry in entries {
      guard let tensor = file[entry.name] else { continue }
      let flat = tensor.reshaped([entry.copies.reduce(1, *)] + entry.specs[0].shape)
      for spec in entry.specs {
        result[spec.path] = flat.rows([entry.position(spec)]).reshaped(spec.shape)
          .converted(to: spec.dtype)
      }
    }
    return result
  }

  /// Stacks parameters (or their gradients), found by path, into the arrays of a file.
  func arrays(_ parameter: (ParameterSpec) -> Tensor?) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for entry in entries {
      let ordered = entry.specs.sorted { entry.position($0) < entry.position($1) }
      let parts = ordered.compactMap { spec in parameter(spec)?.reshaped([1] + spec.shape) }
      guard parts.count == ordered.count else { continue }
      result[entry.name] = Tensor.joined(rows: parts).reshaped(entry.shape)
    }
    return result
  }
}

extension ParameterFile.Entry {
  /// The row-major place of a copy among the stacked ones.
  fileprivate func position(_ spec: ParameterSpec) -> Int {
    zip(LayerPath.copyIndices(spec.path), copies).reduce(0) { $0 * $1.1 + $1.0 }
  }
}
