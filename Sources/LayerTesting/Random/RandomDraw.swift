import Tensors

/// Small random choices that depend on a seed alone.
package struct RandomDraw {
  private var stream: RandomStream

  package init(seed: UInt64) { stream = RandomStream(seed: seed, name: "random cases") }

  /// From 0 to before the bound.
  package mutating func below(_ bound: Int) -> Int { Int(stream.uniform() * Double(bound)) }

  /// One of them.
  ///
  /// - Precondition: there is at least one.
  package mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }

  package mutating func normal() -> Double { stream.normal() }

  package mutating func shuffled<T>(_ values: [T]) -> [T] { values.shuffled(using: &stream) }
}
