import Execution
import Testing

@Suite struct FunctionAccuracyTests {
  @Test(
    "elementary functions keep what they promise", arguments: FunctionAccuracy.functions.indices)
  func promises(_ index: Int) {
    let function = FunctionAccuracy.functions[index]
    let found = function.measure(stride: 100_003)
    #expect(found.error <= function.promise, "\(function.name) at \(found.operand)")
    // Nothing that rounds twice is nearer than half a unit everywhere: the comparison is real.
    #expect(found.error > 0.5, "\(function.name)")
    #expect(found.count == ((1 << 32) - 1) / 100_003 + 1)
  }
}
