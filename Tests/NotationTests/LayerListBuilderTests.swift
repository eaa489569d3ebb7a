import Layers
import Testing

@Suite("Result builder for lists of layers")
struct LayerListBuilderTests {
  private func features(_ stack: Serial) -> [Int] {
    stack.layers.compactMap { ($0 as? Dense)?.features }
  }

  @Test("expressions and lists stand in order")
  func block() {
    let stack = Serial {
      Dense(features: 1)
      [Dense(features: 2), Dense(features: 3)] as [any SequenceLayer]
      Dense(features: 4)
    }
    #expect(features(stack) == [1, 2, 3, 4])
    #expect(stack == Serial([1, 2, 3, 4].map { Dense(features: $0) }))
  }

  @Test("an if without else adds its layers or nothing", arguments: [true, false])
  func optional(isOn: Bool) {
    let stack = Serial {
      Dense(features: 1)
      if isOn { Dense(features: 2) }
    }
    #expect(features(stack) == (isOn ? [1, 2] : [1]))
  }

  @Test("an if with else adds one branch", arguments: [true, false])
  func either(isOn: Bool) {
    let stack = Serial {
      if isOn {
        Dense(features: 1)
      } else {
        Dense(features: 2)
        Dense(features: 3)
      }
    }
    #expect(features(stack) == (isOn ? [1] : [2, 3]))
  }

  @Test("a loop adds its layers in turn")
  func array() {
    let stack = Serial(name: "loop") {
      for count in 1...3 { Dense(features: count) }
    }
    #expect(features(stack) == [1, 2, 3])
    #expect(stack.name == "loop")
  }

  @Test("an empty block is an empty list")
  func empty() {
    #expect(Serial {}.layers.isEmpty)
  }
}
