import CKernels
import Execution
import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Threads, kernel variants and plans of one model")
struct SharingTests {
  static let seeds: Range<UInt64> = 0..<100

  @Test("two and four threads give the bits of one", arguments: [2, 4])
  func threads(count: Int) throws {
    // A threshold of one shares whatever can be cut into parts.
    let pool = WorkerPool(threadCount: count, threshold: 1)
    for seed in Self.seeds {
      let drawn = RandomProgram(seed: seed)
      let alone = try run(drawn.program, .fast, drawn.inputs)
      let shared = try run(drawn.program, .fast, drawn.inputs, pool: pool)
      for (index, pair) in zip(alone[1], shared[1]).enumerated() {
        #expect(sameBits(pair.0, pair.1), "seed \(seed), result \(index)")
      }
    }
  }

  static let large: [ProgramCase] = [
    ProgramCase(
      "products", operands: [ValueType(.float32, [70, 96]), ValueType(.float32, [96, 200])]
    ) { x in [x[0].matmul(x[1]), x[0].sliced(axis: 0, from: 0, to: 1).matmul(x[1])] },
    ProgramCase(
      "convolutions",
      operands: [ValueType(.float32, [2, 90, 16]), ValueType(.float32, [3, 16, 80])]
    ) { x in
      [x[0].convolved(x[1], ConvolutionDimensions(spatialRank: 1, padLow: [2], padHigh: [3]))]
    },
    ProgramCase(
      "columns in the middle of panels",
      operands: [ValueType(.float32, [3, 40]), ValueType(.float32, [40, 352])]
    ) { x in [x[0].matmul(x[1])] },
    ProgramCase(
      "dilated and depthwise convolutions",
      operands: [ValueType(.float32, [1, 97, 16]), ValueType(.float32, [3, 1, 16])]
    ) { x in
      [
        x[0].convolved(
          x[1],
          ConvolutionDimensions(
            spatialRank: 1, padLow: [16], padHigh: [0], kernelDilation: [8], featureGroups: 16))
      ]
    },
    ProgramCase(
      "transforms", operands: [ValueType(.float32, [41, 60]), ValueType(.float32, [1])]
    ) { x in x[0].builder.fft(.realForward, [x[0]]) },
    ProgramCase(
      "elementwise operations",
      operands: [ValueType(.float32, [5000]), ValueType(.float32, [5000])]
    ) {
      x in [(x[0] * x[1]).unary(.tanh) + x[0]]
    },
  ]

  @Test(
    "large work cut into parts gives the bits of one thread",
    arguments: large + CompositeTests.attentions)
  func parts(item: ProgramCase) throws {
    var program = item.program
    program.inputs[1].role = .parameter
    let alone = try run(program, .fast, item.inputs)[1]
    for count in [2, 3, 4] {
      let pool = WorkerPool(threadCount: count, threshold: 1)
      let shared = try run(program, .fast, item.inputs, pool: pool)[1]
      for (found, expected) in zip(shared, alone) { #expect(found.bitsEqual(expected)) }
    }
  }

  static let splits: [(total: Int, steps: [Int])] = [7, 16, 20, 33, 100, 320, 1001, 16000].flatMap {
    [($0, [1]), ($0, [12, 6, 1]), ($0, [64, 16]), ($0, [1024, 64, 16])]
  }

  @Test("halves of shared work have 45 to 55 percent of it", arguments: splits)
  func halves(total: Int, steps: [Int]) {
    let split = WorkSplit(total: total, work: total, steps: steps)
    for count in 2...4 {
      let parts = (0..<count).map { split.units($0, of: count) }
      #expect(parts.first?.lowerBound == 0 && parts.last?.upperBound == total)
      #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      guard split.isEven(count) else { continue }
      for part in parts {
        let tenths = part.count * count * 10
        #expect(tenths >= total * 9 && tenths <= total * 11, "\(part) of \(total)")
      }
    }
    #expect(total < 160 || split.isEven(2), "large work can be halved")
  }

  @Test("threads are entered above a threshold only", arguments: [(100, 0), (20_000, 1)])
  func threshold(count: Int, jobs: Int) throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [count]))
    builder.output("y", .output, x.unary(.tanh))
    let pool = WorkerPool(threadCount: 2, threshold: 50_000)
    let executor = try Executor(Plan(try builder.finish()), pool: pool)
    executor.setInput(0, Tensor(repeating: 0.5, shape: [count]))
    executor.execute()
    #expect(pool.jobCount == jobs)
  }

  @Test("every kernel variant gives the same bits")
  func variants() throws {
    let selected = sw_kernels_selected()
    defer { _ = sw_kernels_select(selected) }
    for seed in Self.seeds {
      let drawn = RandomProgram(seed: seed)
      let results = try (0..<Int32(SW_VARIANT_COUNT)).filter { sw_kernels_supported($0) == 1 }.map {
        variant in
        _ = sw_kernels_select(variant)
        return try run(drawn.program, .fast, drawn.inputs)[1]
      }
      for other in results.dropFirst() {
        for (index, pair) in zip(results[0], other).enumerated() {
          #expect(sameBits(pair.0, pair.1), "seed \(seed), result \(index)")
        }
      }
    }
  }

  @Test("plans of one model share the panels of a weight, which follow its changes")
  func panels() throws {
    let weight = Tensor(repeating: 2, shape: [5, 7])
    let store = ParameterStore(["w": weight])
    let executors = try [1, 4].map { rows in
      let builder = ProgramBuilder()
      let x = builder.input("x", .input, ValueType(.float32, [rows, 5]))
      let w = builder.input("w", .parameter, ValueType(.float32, [5, 7]))
      builder.output("y", .output, x.matmul(w))
      let executor = try Executor(Plan(try builder.finish()), parameters: store)
      executor.setInput(0, Tensor(repeating: 1, shape: [rows, 5]))
      executor.execute()
      return executor
    }
    #expect(store.packedByteCount == 5 * 16 * 4)
    #expect(executors.map { $0.output(0).double(at: 0) } == [10, 10])
    store["w"] = Tensor(repeating: 3, shape: [5, 7])
    for executor in executors { executor.execute() }
    #expect(executors.map { $0.output(0).double(at: 0) } == [15, 15])
  }
}
