import Datasets
import Tensors
import Testing

struct NpyCase: CustomTestStringConvertible {
  let file: String
  let dtype: DType
  var testDescription: String { file }

  init(_ file: String, _ dtype: DType) { (self.file, self.dtype) = (file, dtype) }

  static let all: [NpyCase] = [
    NpyCase("f4", .float32), NpyCase("f8", .float64), NpyCase("f2", .float16),
    NpyCase("bf16", .bfloat16), NpyCase("i1", .int8), NpyCase("i2", .int16),
    NpyCase("i4", .int32), NpyCase("i8", .int64), NpyCase("u1", .uint8), NpyCase("u2", .int32),
    NpyCase("u4", .uint32), NpyCase("u8", .int64), NpyCase("c8", .complex64),
    NpyCase("c16", .complex64), NpyCase("big_f4", .float32), NpyCase("big_f8", .float64),
    NpyCase("big_i2", .int16), NpyCase("big_c8", .complex64), NpyCase("version2", .float32),
    NpyCase("version3", .float32),
  ]
}

/// A header that cannot be read, and what the message must say.
struct NpyHeaderCase: CustomTestStringConvertible {
  let header: String
  let message: String
  var testDescription: String { header }

  init(_ header: String, _ message: String) { (self.header, self.message) = (header, message) }

  static let all: [NpyHeaderCase] = [
    NpyHeaderCase("", "cannot be read"),
    NpyHeaderCase("{'descr': '<f4'", "cannot be read"),
    NpyHeaderCase(
      "{'descr': '<f4', 'fortran_order': False}", "expected descr, fortran_order and shape"),
    NpyHeaderCase("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "cannot be read"),
    NpyHeaderCase("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "no extent"),
    NpyHeaderCase("{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}", "cannot be read"),
    NpyHeaderCase("{'descr': '<f4', 'fortran_order': False, 'shape': ('a',)}", "no extent"),
    NpyHeaderCase("{'descr': '<q9', 'fortran_order': False, 'shape': (1,)}", "element type is <q9"),
    NpyHeaderCase(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9)}", "too large"),
    NpyHeaderCase(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9, 0)}",
      "no elements"),
    NpyHeaderCase("{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}", "needs 20 bytes"),
    NpyHeaderCase("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "4 bytes follow"),
    NpyHeaderCase(
      "{'descr': '<f4', 'fortran_order': False, 'shape': \(String(repeating: "(", count: 5000))",
      "cannot be read"),
  ]
}

@Suite struct NpyTests {
  @Test("NumPy's files read in every element type and byte order", arguments: NpyCase.all)
  func reading(example: NpyCase) throws {
    let tensor = try Npy.read(path: arrayFixture("\(example.file).npy"))
    #expect(tensor.dtype == example.dtype)
    #expect(tensor.shape == [2, 3])
    #expect(tensor.doubles() == [0, 1, 2, 3, 4, 5])
  }

  @Test("booleans, scalars and empty arrays")
  func oddShapes() throws {
    let flags = try Npy.read(path: arrayFixture("b1.npy"))
    #expect(flags.elements() == [false, true, true, true, true, true])
    let scalar = try Npy.read(path: arrayFixture("scalar.npy"))
    #expect(scalar.shape.isEmpty)
    #expect(scalar.doubles() == [7])
    #expect(try Npy.read(path: arrayFixture("empty.npy")).shape == [2, 0, 5])
  }

  @Test(
    "Fortran order is turned into row-major order",
    arguments: [("fortran.npy", [2, 3, 4]), ("fortran_big.npy", [4, 2, 3])])
  func fortranOrder(name: String, shape: [Int]) throws {
    let tensor = try Npy.read(path: arrayFixture(name))
    #expect(tensor.shape == shape)
    #expect(tensor.doubles() == (0..<24).map(Double.init))
  }

  @Test(
    "what is no array of numbers is refused with advice",
    arguments: [
      ("object.npy", "Python objects", "pad them and give --lengths"),
      ("structured.npy", "named fields", "one by one"), ("text.npy", "text (<U2)", "ids"),
    ])
  func unsupported(name: String, found: String, advice: String) {
    let error = #expect(throws: DatasetError.self) { try Npy.read(path: arrayFixture(name)) }
    #expect(error?.code == .unsupported)
    #expect(error?.found.contains(found) == true)
    #expect(error?.suggestion?.contains(advice) == true)
  }

  @Test("every dtype survives writing and reading", arguments: DType.allCases)
  func roundTrip(dtype: DType) throws {
    for shape in [[], [5], [2, 3], [0, 4], [1, 2, 3, 4]] {
      let tensor = ramp(shape).converted(to: dtype)
      let read = try Npy.read(bytes: Npy.encoded(tensor))
      #expect(read.shape == shape)
      #expect(read.dtype == (dtype == .bfloat16 ? .float32 : dtype))
      #expect(read.converted(to: dtype).bitsEqual(tensor))
    }
  }

  @Test(
    "what we write is what NumPy writes, byte for byte", arguments: ["f4", "i4", "b1", "c8", "f8"])
  func writing(name: String) throws {
    let bytes = try fixtureBytes("\(name).npy")
    #expect(try Npy.encoded(Npy.read(bytes: bytes)) == bytes)
  }

  @Test("malformed headers are refused with the reason", arguments: NpyHeaderCase.all)
  func headers(example: NpyHeaderCase) {
    let text = Array(example.header.utf8)
    let length = [
      UInt8(truncatingIfNeeded: text.count), UInt8(truncatingIfNeeded: text.count >> 8),
    ]
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0] + length + text + Array(repeating: 0, count: 8)
    let error = #expect(throws: DatasetError.self) { try Npy.read(bytes: bytes) }
    #expect(error?.description.contains(example.message) == true, "\(error?.description ?? "")")
  }

  /// A file with that header and as many bytes of data.
  private func file(_ descr: String, _ shape: String, data: [UInt8]) -> [UInt8] {
    let text = Array("{'descr': \(descr), 'fortran_order': False, 'shape': \(shape), }".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text + data
  }

  @Test(
    "bfloat16 is read under every name",
    arguments: ["'<V2'", "'|V2'", "'V2'", "'bfloat16'", "'<bfloat16'", "'bf16'", "'E'"])
  func bfloat16(descr: String) throws {
    let tensor = try Npy.read(bytes: file(descr, "(2,)", data: [0x80, 0x3F, 0x40, 0xC0]))
    #expect(tensor.dtype == .bfloat16)
    #expect(tensor.doubles() == [1, -3])
  }

  @Test(
    "each kind of element that is not read is refused by its own reason",
    arguments: [
      ("'<V1'", "(4,)", "one byte have no type in .npy"), ("'<f1'", "(4,)", "one byte"),
      ("'float8_e4m3fn'", "(4,)", "one byte"), ("'<U1'", "(1,)", "holds text"),
      ("'|S4'", "(1,)", "holds text"), ("'<M8[ns]'", "(1,)", "dates"),
      ("'<m8[s]'", "(1,)", "durations"), ("'|O'", "(1,)", "Python objects"),
      ("'<f16'", "(1,)", "long doubles"), ("'<c32'", "(1,)", "complex128"),
      ("'|V4'", "(1,)", "4 raw bytes"),
      ("[('t', '<f4'), ('x', '<f4', (2,))]", "(1,)", "fields: t, x"),
      ("('<f4', (2,))", "(1,)", "no name of a type"), ("'|u1'", "(np.int64(4),)", "np.int64(4)"),
      ("'<f4'", "(8589934592, 1, 0)", "8589934592 places"),
      ("'|b1'", "(4294967296, 2, 0)", "places"),
    ])
  func reasons(descr: String, shape: String, message: String) {
    let error = #expect(throws: DatasetError.self) {
      try Npy.read(bytes: file(descr, shape, data: [1, 2, 3, 4]))
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("two arrays saved one after the other are not taken for one")
  func severalArrays() {
    let one = Npy.encoded(ramp([2]))
    let error = #expect(throws: DatasetError.self) { try Npy.read(bytes: one + one) }
    #expect(error?.found.contains("several arrays") == true)
    #expect(error?.suggestion?.contains("numpy.savez") == true)
  }

  @Test("a long integer of Python 2 and a list instead of a tuple are read")
  func oldHeaders() throws {
    let text = Array("{'shape': [2L], 'descr': \"<f4\", 'fortran_order': False}".utf8)
    let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text
    #expect(try Npy.read(bytes: bytes + Array(repeating: 0, count: 8)).shape == [2])
  }
}
