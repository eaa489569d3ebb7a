package import Programs
package import Tensors

/// A valid program drawn from a seed, with inputs for it: all op families, small shapes, several
/// dtypes, loops, composites and streaming state, and NaN, infinities and -0 among the numbers.
///
/// Results of the same seed are the same on every machine. No integer is made from the bits of a
/// NaN, so that results compare bit for bit if all NaN count as equal.
package struct RandomProgram: Sendable {
  /// The program.
  package var program: Program
  /// One tensor an input.
  package var inputs: [Tensor]

  /// What may be drawn.
  package struct Options: Sendable {
    /// How many ops are tried at the top level.
    package var opCount: ClosedRange<Int>
    /// Whether to keep to ops of which any correct execution has the same bits as the reference
    /// evaluator: no sums or transcendental functions of floats.
    package var isExact: Bool

    package init(opCount: ClosedRange<Int> = 4...24, isExact: Bool = false) {
      self.opCount = opCount
      self.isExact = isExact
    }
  }

  /// Draws a program.
  package init(seed: UInt64, options: Options = Options()) {
    let generator = RandomProgramGenerator(
      source: RandomSource(seed: seed), builder: ProgramBuilder(), options: options, depth: 0)
    generator.addInputs()
    generator.addOps(generator.source.int(options.opCount))
    generator.addOutputs()
    do {
      program = try generator.builder.finish()
    } catch {
      preconditionFailure("Seed \(seed) drew an invalid program:\n\(error)")
    }
    inputs = generator.inputs
  }
}

/// The random choices of one program, shared by the generators of its bodies.
final class RandomSource {
  private var stream: RandomStream

  init(seed: UInt64) { stream = RandomStream(seed: seed, name: "random program") }

  func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &stream) }

  func chance(_ percent: Int) -> Bool { int(0...99) < percent }

  func element<Element>(_ choices: [Element]) -> Element { choices[int(0...choices.count - 1)] }

  func shuffled<Element>(_ items: [Element]) -> [Element] { items.shuffled(using: &stream) }

  func shape(rank: ClosedRange<Int>) -> Shape {
    (0..<int(rank)).map { _ in chance(3) ? 0 : chance(25) ? 1 : int(2...5) }
  }

  func dtype() -> DType {
    let rest: [DType] = [.int32, .bool, .uint32, .float64, .bfloat16, .float16, .int64, .uint8]
    return chance(60) ? .float32 : element(rest)
  }

  /// Numbers of ordinary size; one tensor in four also has special ones.
  func tensor(_ type: ValueType) -> Tensor {
    let hasSpecials = chance(25)
    let values = (0..<type.shape.elementCount).map { _ in
      hasSpecials && chance(15) ? special(type.dtype) : ordinary(type.dtype)
    }
    return Tensor(values, shape: type.shape).converted(to: type.dtype)
  }

  private func ordinary(_ dtype: DType) -> Double {
    if dtype == .bool { return Double(int(0...1)) }
    if dtype.isFloating { return stream.normal() * 2 }
    return dtype == .uint32 || dtype == .uint8 ? Double(int(0...40)) : Double(int(-4...9))
  }

  private func special(_ dtype: DType) -> Double {
    if dtype.isFloating {
      return element([.nan, .infinity, -.infinity, 0, -0.0, 1e-40, 3e38, -65504, 0.5])
    }
    return element([0, -1, 255, 2_147_483_647, -2_147_483_648, 4_294_967_295])
  }
}
