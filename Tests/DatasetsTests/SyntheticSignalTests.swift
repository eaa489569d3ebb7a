import Datasets
import Tensors
import Testing

@Suite struct SyntheticSignalTests {
  @Test("simple signals have the values that their names say")
  func simpleSignals() throws {
    func values(_ signal: SyntheticSignal) throws -> [Double] {
      try signal.batch(lengths: [4]).values.doubles()
    }
    #expect(try values(.constant(2)) == [2, 2, 2, 2])
    #expect(try values(.ramp(step: 0.5)) == [0, 0.5, 1, 1.5])
    #expect(try values(.impulse(at: 2)) == [0, 0, 1, 0])
    for (found, expected) in zip(try values(.sine(frequency: 0.25)), [0.0, 1, 0, -1]) {
      #expect((found - expected).magnitude < 1e-7)
    }
  }

  @Test("a rising wave has the stated frequency at its start and at its end")
  func risingWaves() throws {
    let count = 4000
    for signal in [
      SyntheticSignal.chirp(from: 0.01, to: 0.1, over: count),
      .sweep(from: 0.01, to: 0.1, over: count),
    ] {
      let values = try signal.batch(lengths: [count]).values.doubles()
      func crossings(_ range: Range<Int>) -> Double {
        let signs = range.filter { (values[$0] < 0) != (values[$0 + 1] < 0) }.count
        return Double(signs) / 2 / Double(range.count)
      }
      #expect((crossings(0..<400) - 0.0125).magnitude < 0.004, "\(signal.name)")
      #expect((crossings(3600..<3999) - 0.095).magnitude < 0.0075, "\(signal.name)")
    }
  }

  @Test("rows and channels of a wave differ")
  func shiftedWaves() throws {
    let batch = try SyntheticSignal.sine(frequency: 0.05).batch(lengths: [1, 1], channelShape: [3])
    #expect(Set(batch.values.doubles()).count == 6)
  }

  @Test("a row of noise does not depend on other rows or on later timesteps")
  func noise() throws {
    let signal = SyntheticSignal.noise(seed: 3)
    let small = try signal.batch(lengths: [4], channelShape: [2]).values.doubles()
    let large = try signal.batch(lengths: [9, 7], channelShape: [2]).values.doubles()
    #expect(Array(large.prefix(8)) == small)
    #expect(large[18..<26].elementsEqual(small) == false)
    let other = try SyntheticSignal.noise(seed: 4).batch(lengths: [4], channelShape: [2])
    #expect(other.values.doubles() != small)
  }

  @Test("ids are whole numbers below their count")
  func ids() throws {
    let batch = try SyntheticSignal.ids(count: 5, seed: 1).batch(lengths: [200])
    #expect(batch.values.dtype == .int32)
    #expect(Set(batch.values.doubles()) == [0, 1, 2, 3, 4])
  }

  @Test("shorter rows are zero and invalid behind their length")
  func lengths() throws {
    let batch = try SyntheticSignal.constant(1).batch(lengths: [1, 3, 0])
    #expect(batch.values.doubles() == [1, 0, 0, 1, 1, 1, 0, 0, 0])
    #expect(batch.lengths == [1, 3, 0])
  }

  @Test("absurd sizes are refused")
  func sizes() {
    for (lengths, channels) in [([], []), ([-1], []), ([1], [-2]), ([1 << 40], [1 << 40])] {
      #expect(throws: DatasetError.self) {
        try SyntheticSignal.constant(0).batch(lengths: lengths, channelShape: channels)
      }
    }
  }

  @Test("every name makes a signal with its defaults", arguments: SyntheticSignal.allNames)
  func names(name: String) throws {
    let signal = try SyntheticSignal(name: name)
    #expect(signal.name == name)
    #expect(try signal.batch(lengths: [3]).values.shape == [1, 3])
    let defaults = try #require(SyntheticSignal.options(of: name))
    #expect(try SyntheticSignal(name: name, options: defaults) == signal)
  }

  @Test("mistakes in a description are told with what to do")
  func mistakes() throws {
    func message(_ name: String, _ options: [String: Double]) -> String {
      do {
        _ = try SyntheticSignal(name: name, options: options)
        return ""
      } catch { return "\(error)" }
    }
    #expect(message("siine", [:]) == "siine: there is no such signal; did you mean sine?")
    #expect(message("zzzz", [:]).contains("there are chirp, constant"))
    #expect(message("sine", ["freqency": 1]).contains("did you mean frequency?"))
    #expect(message("sine", ["frequency": 3]).contains("expected frequency from 0 to 0.5"))
    #expect(message("noise", ["seed": 1.5]).contains("a whole number"))
    #expect(message("ramp", ["step": .nan]).contains("step nan"))
  }
}
