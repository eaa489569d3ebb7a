package import Serialization
public import Tensors
package import Weights

/// The tensors of a PyTorch state dictionary: a zip archive of a pickle and the stored elements.
///
/// Nothing of the file is executed: see ``Pickle``. Dictionaries inside dictionaries, as checkpoints of
/// training have them, give names joined by `.`; values that are no tensors are left out and counted.
public struct TorchCheckpoint {
  /// The path, as the user gave it.
  public let path: String
  /// The tensors with their names, in the order of the file.
  public let tensors: [(name: String, tensor: Tensor)]
  /// The names of values that are no tensors.
  public let others: [String]

  /// Reads a file.
  ///
  /// - Throws: ``DatasetError`` for a file that is damaged or calls any other function; `FileError`.
  public init(path: String) throws { try self.init(ByteFile(path: path)) }

  package init(_ file: ByteFile) throws {
    let path = file.path
    let archive = try ZipArchive(file)
    let members = Dictionary(
      archive.members.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard let program = archive.members.first(where: { $0.name.hasSuffix("data.pkl") }) else {
      throw DatasetError(
        .unknownKind, path: path, found: "the archive holds no data.pkl",
        expected: "what torch.save writes")
    }
    guard !members.keys.contains(where: { $0.hasSuffix("constants.pkl") }) else {
      throw DatasetError(
        .unsupported, path: path, found: "a TorchScript model, which is code",
        expected: "a state dictionary",
        suggestion:
          "torch.save(torch.jit.load(FILE).state_dict(), NEW); or record its values where it runs")
    }
    let folder = String(program.name.dropLast("data.pkl".count))
    var storages: [String: [UInt8]] = [:]
    var found: [(name: String, tensor: Tensor)] = []
    var rest: [String] = []
    var total = 0
    func visit(_ value: PickleValue, _ name: String, _ depth: Int) throws {
      switch value {
      case .dictionary(let dictionary) where depth < 16:
        for (key, inner) in dictionary.members {
          guard case .text(let part) = key else { continue }
          try visit(inner, name.isEmpty ? part : "\(name).\(part)", depth + 1)
        }
      case .tensor(let view):
        let key = folder + "data/" + view.storage.key
        if storages[key] == nil {
          guard let member = members[key] else {
            throw DatasetError(.malformed, path: "\(path): \(name)", found: "no member \(key)")
          }
          storages[key] = try archive.contents(of: member, path: "\(path): \(name)")
        }
        let tensor = try Self.tensor(view, storages[key] ?? [], "\(path): \(name)", &total)
        found.append((name, tensor))
      default: rest.append(name)
      }
    }
    try visit(
      try Pickle.read(try archive.contents(of: program, path: path), path: path), "", 0)
    guard !found.isEmpty else {
      throw DatasetError(
        .unknownKind, path: path, found: "no tensors", expected: "a state dictionary")
    }
    (self.path, tensors, others) = (path, found, rest)
  }

  /// The tensors as a safetensors file in memory, for all that reads such files.
  package func safetensors() throws -> Safetensors {
    var taken: Set<String> = []
    let unique = tensors.filter { taken.insert($0.name).inserted }
    return try Safetensors(bytes: Safetensors.encoded(unique), name: path)
  }

  private static let types: [String: DType] = [
    "torch.FloatStorage": .float32, "torch.DoubleStorage": .float64, "torch.HalfStorage": .float16,
    "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
    "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
    "torch.BoolStorage": .bool,
  ]

  /// The elements of a view, row-major; `total` is what all views have taken so far.
  private static func tensor(
    _ view: PickleTensor, _ bytes: [UInt8], _ place: String, _ total: inout Int
  ) throws -> Tensor {
    func malformed(_ found: String) -> DatasetError {
      DatasetError(.malformed, path: place, found: found)
    }
    guard let dtype = types[view.storage.type] else {
      throw malformed("elements of \(view.storage.type)")
    }
    let width = dtype.byteCount
    guard view.shape.allSatisfy({ $0 >= 0 }), view.shape.count <= 64,
      let size = view.shape.checkedByteCount(elementByteCount: width)
    else { throw malformed("a shape of \(view.shape.shapeText)") }
    // Strides of 0 make large tensors of small storages.
    total = Rational.sum(total, size)
    try MemoryBudget.standard.require(total, for: place)
    var (low, high) = (view.offset, view.offset)
    for (extent, stride) in zip(view.shape, view.strides) where extent > 0 {
      let reach = Rational.product(extent - 1, stride)
      if reach < 0 { low = Rational.sum(low, reach) } else { high = Rational.sum(high, reach) }
    }
    let isEmpty = view.shape.contains(0)
    guard isEmpty || (low >= 0 && high < bytes.count / width) else {
      throw malformed("elements \(low) to \(high) of \(bytes.count / width)")
    }
    let isDense = view.strides == view.shape.rowMajorStrides || view.shape.elementCount <= 1
    return Tensor(dtype, shape: view.shape) { target in
      guard !isEmpty else { return }
      // Bytes other than 0 and 1 would break masks silently.
      defer {
        if dtype == .bool {
          for index in target.indices where target[index] > 1 { target[index] = 1 }
        }
      }
      bytes.withUnsafeBytes { source in
        if isDense {
          target.copyBytes(source, view.offset * width..<view.offset * width + target.count)
          return
        }
        let extents = view.shape.rowMajorStrides
        for element in 0..<target.count / width {
          var position = view.offset
          for (axis, stride) in view.strides.enumerated() {
            position += element / extents[axis] % view.shape[axis] * stride
          }
          target.copyBytes(source, position * width..<(position + 1) * width, to: element * width)
        }
      }
    }
  }
}
