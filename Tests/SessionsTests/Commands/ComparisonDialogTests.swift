import Datasets
import Runtime
import Sessions
import Tensors
import Testing

/// What `diff`, `check equal` and `expect` say.
@Suite("Comparison in sessions") struct ComparisonDialogTests {
  @Test(
    "differences are told with where they are and what explains them",
    arguments: [
      Dialog(
        "a fault is placed by rows and channels", [Small.stack, Small.input],
        [
          ("fault c1 drop-state at 4", "FAULT"), ("run", "differs first at row 0, t 5"),
          ("diff c1", "rows: 2 of 2 differ"), ("diff c1", "not found: a shift or drift"),
          ("diff lstm --tol 1e9", "equal within 1e+09"), ("diff c1 --ulp 1", "differs first"),
          ("diff relu", "!"), ("diff c1 --tol -1", "!expected 0 or more"),
          ("diff c1 --ulp x", "!a whole number from 0"),
        ]),
      Dialog(
        "what is equal to the bit is equal within 0, whatever is asked",
        [Small.stack, Small.input],
        [
          ("run", "equal within 0"), ("check equal --tol 0", "holds: equal within 0"),
          ("check equal --rtol 1e-3", "holds: equal within 0"),
          ("check equal lstm --ulp 3", "holds: equal within 0"),
        ]),
    ])
  func dialogs(_ dialog: Dialog) throws {
    dialog.hold(try Scratch().workspace())
  }

  /// A session whose layer-wise output is in `same.npy`, changed by `change` in `other.npy`.
  private func session(
    _ scratch: Scratch, dtype: DType? = nil, _ change: (Int, Float) -> Float
  ) throws -> Workspace {
    let workspace = try scratch.workspace([Small.stack, Small.input])
    if let dtype { try workspace.performAll(["dtype \(dtype.name)"]) }
    try workspace.performAll(["run"])
    let out = try #require(workspace.session.layerOutput("out")).values
    let numbers: [Float] = out.converted(to: .float32).elements()
    let changed = numbers.enumerated().map { change($0.offset, $0.element) }
    try scratch.write(Npy.encoded(Tensor(changed, shape: out.shape)), "other.npy")
    return workspace
  }

  @Test("a reference that sums in another order is rounding, and meets the expectation")
  func rounding() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let workspace = try session(scratch) { $0 % 3 == 0 ? $1.nextUp : $1 }
    let said = try workspace.performAll(["expect other.npy at out"])
    #expect(said[0].contains("rounding: equal within") && said[0].contains("1 ulp"), "\(said)")
    #expect(try workspace.performAll(["check equal expected"])[0].contains("holds: out"))
    #expect(workspace.perform("check equal expected --tol 0").status == 1)
    #expect(workspace.perform("check equal expected --ulp 1").status == 0)
  }

  @Test("half precision is judged in its own units")
  func halfPrecision() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let workspace = try session(scratch, dtype: .bfloat16) { $0 % 5 == 0 ? $1 * 1.003 : $1 }
    let said = try workspace.performAll(["expect other.npy at out"])
    #expect(said[0].contains("rounding: equal within"), "\(said)")
  }

  @Test("what explains a difference from a reference is told, in the time of ours")
  func explained() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let workspace = try session(scratch) { $1 * ($0 % 2 == 0 ? 1 : -1) }
    let said = try workspace.performAll(["expect other.npy at out", "diff expected"])
    #expect(said[0].contains("differs first at row 0, t 0, channel 1"), "\(said)")
    #expect(said.contains { $0.contains("sign: the sign is flipped in channel 1") }, "\(said)")
    let late = try workspace.performAll([
      "expect other.npy at out --shift 2", "diff expected",
    ])
    #expect(late.contains { $0.contains("(shift 2)") })
  }
}
