public import Tensors

/// Another name under which, and another layout in which, a file may hold a parameter.
public struct WeightAlias: Hashable, Sendable {
  /// The name.
  public let path: String
  /// How the elements lie there.
  public let layout: WeightLayout

  /// Makes an alias.
  public init(path: String, layout: WeightLayout = .rowMajor) {
    self.path = path
    self.layout = layout
  }
}

/// How the elements of a parameter lie in a file.
public enum WeightLayout: Hashable, Sendable {
  /// In the same order; neighbouring axes may be merged or split.
  case rowMajor
  /// An array of shape `file`, whose axes split into `parts` are the parameter's in the order `axes`.
  case transposed(file: Shape, parts: Shape, axes: [Int])

  /// Whether an array of a file can be the parameter.
  public func fits(file: Shape, parameter: Shape) -> Bool {
    switch self {
    case .rowMajor:
      let (cuts, others) = (Self.cuts(file), Self.cuts(parameter))
      return file.elementCount == parameter.elementCount
        && (cuts.isSubset(of: others) || others.isSubset(of: cuts))
    case .transposed(let own, _, _): return file == own
    }
  }

  /// The row-major places at which axes end.
  private static func cuts(_ shape: Shape) -> Set<Int> {
    var (places, product) = (Set<Int>(), 1)
    for extent in shape.dropLast() {
      product *= extent
      places.insert(product)
    }
    return places.subtracting([1, shape.elementCount])
  }

  /// The parameter of shape `shape` that an array of a file holds.
  public func parameter(from file: Tensor, shape: Shape) -> Tensor {
    switch self {
    case .rowMajor: file.reshaped(shape)
    case .transposed(_, let parts, let axes):
      file.reshaped(parts).transposed(axes).reshaped(shape)
    }
  }

  /// The array of a file of shape `shape` that holds a parameter.
  public func file(from parameter: Tensor, shape: Shape) -> Tensor {
    switch self {
    case .rowMajor: return parameter.reshaped(shape)
    case .transposed(_, let parts, let axes):
      var back = axes
      for (place, axis) in axes.enumerated() { back[axis] = place }
      return parameter.reshaped(axes.map { parts[$0] }).transposed(back).reshaped(shape)
    }
  }
}

/// Where a file holds a parameter.
package struct WeightSource: Hashable, Sendable {
  /// The name there.
  package let name: String
  /// The layout of one of the parameter's aliases; nil where it lies under its own name in its own shape.
  package let layout: WeightLayout?
}

extension [WeightRequest] {
  /// Where a file, known by the shapes of its arrays, holds the parameters, by path: each under its own name and
  /// shape, or else as one of its aliases says, as long as no other parameter lies there.
  package func sources(among shape: (String) -> Shape?) -> [String: WeightSource] {
    var result: [String: WeightSource] = [:]
    for request in self where shape(request.path) == request.shape {
      result[request.path] = WeightSource(name: request.path, layout: nil)
    }
    var taken = Set(result.keys)
    for request in self where result[request.path] == nil {
      let alias = request.aliases.first { alias in
        guard !taken.contains(alias.path), let found = shape(alias.path) else { return false }
        return alias.layout.fits(file: found, parameter: request.shape)
      }
      guard let alias else { continue }
      taken.insert(alias.path)
      result[request.path] = WeightSource(name: alias.path, layout: alias.layout)
    }
    return result
  }
}

extension Tensor {
  /// The array whose axis `i` is axis `axes[i]` of this.
  fileprivate func transposed(_ axes: [Int]) -> Tensor {
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    let extents = axes.map { shape[$0] }
    let steps = axes.map { strides[$0] }
    let size = dtype.byteCount
    return Tensor(dtype, shape: extents) { target in
      withUnsafeBytes { source in
        var index = Array(repeating: 0, count: extents.count)
        for place in 0..<shape.elementCount {
          let from = zip(index, steps).reduce(0) { $0 + $1.0 * $1.1 }
          for byte in 0..<size { target[place * size + byte] = source[from * size + byte] }
          for axis in extents.indices.reversed() {
            index[axis] += 1
            if index[axis] < extents[axis] { break }
            index[axis] = 0
          }
        }
      }
    }
  }
}
