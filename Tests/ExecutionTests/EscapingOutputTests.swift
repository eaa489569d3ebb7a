import Execution
import Programs
import Tensors
import Testing

@Suite("Results that are handed over without a copy")
struct EscapingOutputTests {
  /// A chain of matrices, which could take turns in two pieces of memory, and how to run it.
  static func executor(_ limits: PlanLimits) throws -> (Executor, ValueType) {
    let type = ValueType(.float32, [16, 16])
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, type)
    var y = x
    for _ in 0..<5 { y = y.matmul(x) }
    builder.output("y", .result, y)
    builder.output("last", .result, y.unary(.neg).matmul(x))
    var options = PlanOptions()
    options.limits = limits
    return (try Executor(Plan(try builder.finish(), options)), type)
  }

  static func input(_ seed: UInt64, _ type: ValueType) -> Tensor {
    var stream = RandomStream(seed: seed, name: "lent")
    return Tensor.random(type, &stream)
  }

  @Test("keep their elements however often the plan runs again, whoever holds them")
  func held() throws {
    let (plain, type) = try Self.executor(PlanLimits())
    var lent: Executor? = try Self.executor(.tiny).0
    var held: [[Tensor]] = []
    var expected: [[Tensor]] = []
    for turn in 0..<6 {
      let x = Self.input(UInt64(turn), type)
      for executor in [plain, lent].compactMap({ $0 }) {
        executor.setInput(0, x)
        executor.execute()
      }
      expected.append(plain.outputs)
      // Some are dropped, so that their memory is used again.
      let outputs = lent?.outputs ?? []
      held.append(turn % 3 == 1 ? [] : outputs)
    }
    lent = nil
    for (found, wanted) in zip(held, expected) where !found.isEmpty {
      for (one, other) in zip(found, wanted) { #expect(one.bitsEqual(other)) }
    }
  }

  @Test("are memory of their own for whoever writes to them")
  func written() throws {
    let (executor, type) = try Self.executor(.tiny)
    executor.setInput(0, Self.input(1, type))
    executor.execute()
    let before = executor.output(0)
    var changed = executor.output(0)
    changed.withUnsafeMutableElements(of: Float.self) { $0[0] += 1 }
    #expect(before.bitsEqual(executor.output(0)))
    #expect(!before.bitsEqual(changed))
  }

  @Test("take no memory but their own, which values before them use too")
  func memory() throws {
    let (executor, type) = try Self.executor(.tiny)
    let plain = try Self.executor(PlanLimits()).0
    let bytes = type.shape.elementCount * 4
    #expect(executor.plan.arenaByteCount <= plain.plan.arenaByteCount - 2 * bytes)
    executor.setInput(0, Self.input(1, type))
    executor.execute()
    func address(_ tensor: Tensor) -> UnsafeRawPointer? { tensor.withUnsafeBytes(\.baseAddress) }
    #expect(address(executor.output(0)) == address(executor.output(0)))
    let first = address(executor.output(0))
    executor.execute()
    #expect(address(executor.output(0)) == first, "nobody held it")
    let kept = executor.output(0)
    executor.execute()
    #expect(address(executor.output(0)) != address(kept))
  }
}
