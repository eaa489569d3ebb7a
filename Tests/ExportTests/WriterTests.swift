import Export
import Programs
import RandomPrograms
import Tensors
import Testing

/// Files of the writers: structure of random programs, and bytes of small ones.
@Suite("Writers")
struct WriterTests {
  /// The bytes of a program's file; the operations that a target refuses say so.
  static func file(_ program: Program, _ target: ExportTarget) throws -> [UInt8] {
    let legal = try program.legalized(for: target) { _ in nil }
    let inputs = legal.inputs.indices.map { "in/\($0)" }
    let outputs = legal.outputs.indices.map { "out/\($0)" }
    switch target {
    case .liteRT:
      let file = LiteRTFile()
      _ = try file.add("main", legal, inputs: inputs, outputs: outputs)
      return file.bytes
    case .onnx: return try ONNXFile("main", legal, inputs: inputs, outputs: outputs).bytes
    case .stableHLO: return Array(try StableHLOFunction.module(legal).text.utf8)
    }
  }

  static func check(_ bytes: [UInt8], _ target: ExportTarget) throws {
    switch target {
    case .liteRT: try FlatBufferReader(bytes: bytes).checkModel()
    case .onnx: try WireReader.checkModel(bytes)
    case .stableHLO: try StableHLOReader.checkModule(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test(
    "files of random programs are whole, or the operation is refused with a reason",
    arguments: ExportTarget.allCases, RewriteTests.batches)
  func randomPrograms(target: ExportTarget, seeds: Range<UInt64>) throws {
    var written = 0
    for seed in seeds {
      let program = RandomProgram(seed: seed).program
      do {
        try Self.check(try Self.file(program, target), target)
        written += 1
      } catch let error as ExportError {
        #expect(
          !error.found.isEmpty && error.expected?.isEmpty == false && error.path.hasSuffix(")"))
      }
    }
    #expect(written >= seeds.count / 4, "hardly anything was written")
  }

  @Test("every elementwise operation is written or refused", arguments: ExportTarget.allCases)
  func elementwise(target: ExportTarget) throws {
    for dtype in DType.allCases where dtype != .complex64 {
      let x = Tensor(zeros: [2, 3], dtype)
      let unary = UnaryOp.allCases.map { (Op.unary($0), [x]) }
      let binary = BinaryOp.allCases.map { (Op.binary($0), [x, x]) }
      let compare = CompareOp.allCases.map { (Op.compare($0), [x, x]) }
      let reductions = ReductionKind.allCases.flatMap { kind -> [(Op, [Tensor])] in
        [
          (.reduction(.reduce(kind, axes: [1])), [x]), (.reduction(.argReduce(kind, axis: 1)), [x]),
          (.reduction(.cumulative(kind, axis: 1, reverse: true)), [x]),
        ]
      }
      for (op, inputs) in unary + binary + compare + reductions {
        guard case .success(let sample) = Result(catching: { try Sample(op, inputs) }) else {
          continue
        }
        do {
          try Self.check(try Self.file(sample.program, target), target)
        } catch let error as ExportError {
          #expect(dtype != .float32, "\(op.name): \(error)")
        }
      }
    }
  }

  @Test("bytes of a sum", arguments: ExportTarget.allCases)
  func bytes(target: ExportTarget) throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2]))
    builder.output("y", .output, x.adding(1))
    let bytes = try Self.file(try builder.finish(), target)
    try Snapshot("sum.\(target.rawValue)").check(bytes)
  }

  @Test("float64 is refused by LiteRT with the place and what to do")
  func float64() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float64, [2]))
    builder.scoped("front/stft") { builder.output("y", .output, x.unary(.log)) }
    let program = try builder.finish()
    let error = try #require(throws: ExportError.self) { try Self.file(program, .liteRT) }
    #expect(
      error.description.hasSuffix(
        "found float64 values, expected float32, which LiteRT computes; set dtype float32 or use "
          + "--to stablehlo"))
  }

  @Test("a reader notices a wrong offset, a wrong name and a wrong value")
  func readersNotice() throws {
    let sample = try Sample(.unary(.tanh), [Tensor(zeros: [2])])
    var flat = try Self.file(sample.program, .liteRT)
    flat[0] = 200
    #expect(throws: (any Error).self) { try Self.check(flat, .liteRT) }
    var wire = try Self.file(sample.program, .onnx)
    let place = try #require(wire.firstRange(of: Array("in/0".utf8))).lowerBound
    wire[place] = 65
    #expect(throws: (any Error).self) { try Self.check(wire, .onnx) }
    let text = String(decoding: try Self.file(sample.program, .stableHLO), as: UTF8.self)
    #expect(throws: (any Error).self) {
      try StableHLOReader.checkModule(text.replacing("%a0 :", with: "%a7 :"))
    }
  }
}
