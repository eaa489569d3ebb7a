import Comparison
import Tensors
import Testing

@Suite("Order of axes") struct LayoutTests {
  @Test(
    "every order gives [b, t, …]",
    arguments: [
      ("btc", [2, 5, 3]), ("bct", [2, 3, 5]), ("tbc", [5, 2, 3]), ("cbt", [3, 2, 5]),
    ])
  func orders(letters: String, shape: [Int]) throws {
    let signal = Signal.noise(2, 5, 3)
    let places = ["b", "t", "c"].map { letter in
      Array(letters).firstIndex(of: Character(letter)) ?? 0
    }
    let strides = shape.rowMajorStrides
    var values: [Float] = Array(repeating: 0, count: 30)
    for row in 0..<2 {
      for time in 0..<5 {
        for channel in 0..<3 {
          let place =
            row * strides[places[0]] + time * strides[places[1]] + channel * strides[places[2]]
          values[place] = signal[row, time, channel]
        }
      }
    }
    let arranged = try AxisOrder(letters).arranged(Tensor(values, shape: shape))
    #expect(arranged.bitsEqual(signal.tensor))
  }

  @Test("without rows there is one, and channel axes keep their order")
  func rows() throws {
    let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    #expect(try AxisOrder("tc").arranged(x.reshaped([6, 4])).shape == [1, 6, 4])
    let ct = try AxisOrder("ct").arranged(x.reshaped([6, 4]))
    #expect(ct.shape == [1, 4, 6] && ct.double(at: [0, 1, 2]) == 9)
    #expect(try AxisOrder("hdt").arranged(x).shape == [1, 4, 2, 3])
    #expect(try AxisOrder("t").arranged(x.reshaped([24])).shape == [1, 24])
  }

  @Test("letters that are no order are refused", arguments: ["", "bc", "btt", "BT", "b t"])
  func refused(letters: String) {
    #expect(throws: ComparisonError.self) { try AxisOrder(letters) }
  }

  @Test("an order for another number of axes is refused with the shape")
  func otherRank() throws {
    let error = #expect(throws: ComparisonError.self) {
      try AxisOrder("btc").arranged(Tensor(zeros: [4, 5]))
    }
    #expect(error?.description.contains("[4, 5]") == true)
  }

  @Test("features without a batch axis are doubted, with what the other order gives")
  func noBatch() throws {
    let x = Signal.noise(1, 100, 16)
    let y = x.changed { $1 >= 57 && $2 == 3 ? $3 + 0.01 : $3 }
    let (a, b) = (x.tensor.reshaped([100, 16]), y.tensor.reshaped([100, 16]))
    let doubt = try #require(LayoutDoubt.of(a, b, .init()))
    #expect(doubt.other.letters == "tc")
    #expect(doubt.text.contains("--layout tc"))
    #expect(doubt.text.hasSuffix("differ first at row 0, timestep 57, channel 3"))
  }

  @Test("channels before time are doubted, time that is the longest axis is not")
  func channelsFirst() throws {
    let x = Signal.noise(1, 8, 128)
    let y = x.changed { $2 >= 32 ? $3 + 1 : $3 }
    let doubt = try #require(LayoutDoubt.of(x.tensor, y.tensor, .init()))
    #expect(doubt.other.letters == "bct" && doubt.text.contains("timestep 32, channel 0"))
    let long = Signal.noise(1, 128, 8)
    #expect(LayoutDoubt.of(long.tensor, long.changed { $3 + Float($1) }.tensor, .init()) == nil)
  }
}
