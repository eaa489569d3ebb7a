import Tensors
import Testing
import Weights

@Suite struct WeightAliasTests {
  private let numbers = Tensor((0..<12).map { Float($0) }, shape: [2, 6])

  @Test("axes that are merged or split keep the order of elements")
  func rowMajor() {
    let layout = WeightLayout.rowMajor
    #expect(layout.fits(file: [2, 6], parameter: [2, 2, 3]))
    #expect(layout.fits(file: [2, 2, 3], parameter: [4, 3]))
    #expect(layout.fits(file: [1, 4], parameter: [4]))
    #expect(!layout.fits(file: [6, 2], parameter: [4, 3]))
    #expect(!layout.fits(file: [3], parameter: [4]))
    let inner = layout.parameter(from: numbers, shape: [2, 2, 3])
    #expect(inner.shape == [2, 2, 3] && inner.doubles() == numbers.doubles())
    #expect(layout.file(from: inner, shape: [2, 6]).bitsEqual(numbers))
  }

  @Test("axes in another order are put in place, and back")
  func transposed() {
    let layout = WeightLayout.transposed(file: [2, 6], parts: [2, 3, 2], axes: [0, 2, 1])
    let parameter = layout.parameter(from: numbers, shape: [2, 2, 3])
    #expect(parameter.doubles() == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    #expect(layout.file(from: parameter, shape: [2, 6]).bitsEqual(numbers))
    #expect(!layout.fits(file: [6, 2], parameter: [2, 2, 3]))
  }

  @Test("an alias is taken only where nothing lies under the own name, and never what another owns")
  func sources() {
    let requests = [
      WeightRequest(path: "a", shape: [4], aliases: [WeightAlias(path: "b")]),
      WeightRequest(path: "b", shape: [4], aliases: [WeightAlias(path: "c")]),
    ]
    func names(_ shapes: [String: Shape]) -> [String: String] {
      requests.sources { shapes[$0] }.mapValues(\.name)
    }
    #expect(names(["a": [4], "b": [4]]) == ["a": "a", "b": "b"])
    #expect(names(["b": [4], "c": [4]]) == ["b": "b"])
    #expect(names(["c": [2, 2], "a": [4]]) == ["a": "a", "b": "c"])
  }
}
