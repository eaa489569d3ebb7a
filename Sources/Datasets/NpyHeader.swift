internal import Serialization
internal import Tensors
internal import Weights

/// The header of a `.npy` file, checked against the file's length.
struct NpyHeader {
  let elements: StoredElements
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: Shape
  let dataStart: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  init(_ file: ByteFile, path: String) throws {
    func malformed(_ found: String, expected: String? = nil) -> DatasetError {
      DatasetError(.malformed, path: path, found: found, expected: expected)
    }
    let start = try file.read(0..<min(file.count, 12))
    guard start.starts(with: NpyHeader.magic) else {
      throw DatasetError(.unknownKind, path: path, found: "this is no .npy file")
    }
    guard start.count == 12 else { throw NpyHeader.cut(path, file, needed: 12) }
    guard (1...3).contains(start[6]) else {
      throw DatasetError(
        .unsupported, path: path, found: ".npy version \(start[6]).\(start[7])",
        expected: "version 1, 2 or 3")
    }
    let fields = LittleEndian(start)
    let textStart = start[6] == 1 ? 10 : 12
    let length =
      start[6] == 1
      ? Int(fields.number(UInt16.self, at: 8)) : Int(fields.number(UInt32.self, at: 8))
    guard length <= file.count - textStart else {
      throw NpyHeader.cut(path, file, needed: textStart + length)
    }
    // NumPy itself refuses longer ones, because Python is slow to read them.
    guard length <= 1 << 20 else { throw malformed("its header is \(length) bytes long") }
    let text = try file.read(textStart..<textStart + length)
    guard case .dictionary(let members)? = PythonLiteral.parse(text),
      case .bool(let isFortranOrder)? = members["fortran_order"],
      case .sequence(let extents)? = members["shape"], let descr = members["descr"]
    else {
      throw malformed("its header cannot be read", expected: "descr, fortran_order and shape")
    }
    self.isFortranOrder = isFortranOrder
    shape = extents.compactMap {
      if case .integer(let extent) = $0, extent >= 0 { extent } else { nil }
    }
    guard shape.count == extents.count else {
      throw NpyHeader.shapeError(extents, path: path)
    }
    (elements, isBigEndian) = try NpyElements.read(descr, path: path)
    dataStart = textStart + length
    try checkLength(file, path: path)
  }

  /// Why a shape cannot be read.
  private static func shapeError(_ extents: [PythonLiteral], path: String) -> DatasetError {
    for case .call(let text) in extents {
      return DatasetError(
        .malformed, path: path, found: "its shape holds \(text), which NumPy does not read either",
        expected: "whole numbers",
        suggestion: "write the header with tuple(int(n) for n in shape), or use numpy.save")
    }
    return DatasetError(
      .malformed, path: path, found: "its shape holds something that is no extent")
  }

  private func checkLength(_ file: ByteFile, path: String) throws {
    if let problem = shape.problemInFile {
      throw DatasetError(.outOfRange, path: path, found: problem)
    }
    guard let needed = shape.checkedByteCount(elementByteCount: elements.byteCount) else {
      throw DatasetError(.malformed, path: path, found: "its shape \(shape.shapeText) is too large")
    }
    let rest = file.count - dataStart
    guard needed <= rest else {
      throw DatasetError(
        .truncated, path: path, found: "shape \(shape.shapeText) needs \(needed) bytes of data",
        expected: "\(rest) bytes, which the file has",
        suggestion: "the download or copy may be incomplete")
    }
    guard needed == rest else {
      let next = dataStart + needed
      if try file.read(next..<min(next + 6, file.count)) == NpyHeader.magic {
        throw DatasetError(
          .malformed, path: path, found: "the file holds several arrays, one saved after the other",
          expected: "one array", suggestion: "save them with numpy.savez, which names them")
      }
      throw DatasetError(
        .malformed, path: path,
        found: "\(rest - needed) bytes follow the array of shape \(shape.shapeText)",
        expected: "one array; save several with numpy.savez")
    }
  }

  private static func cut(_ path: String, _ file: ByteFile, needed: Int) -> DatasetError {
    DatasetError(
      .truncated, path: path,
      found: "the file has \(file.count) bytes and its header would end at \(needed)")
  }
}
