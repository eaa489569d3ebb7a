import Layers
import ONNX
import Runtime
import Tensors
import Traces

extension Session {
  /// Timesteps times layers up to which a cause is looked for without being asked.
  private static let glance = 20_000

  /// Why both runs part, in a sentence, where finding it costs no more than a glance, and else what finds it;
  /// nil where they do not part up to the position.
  ///
  /// - Throws: `RuntimeError` `.cancelled`.
  package func differenceCause() throws -> String? {
    let (run, _) = try requireSteps()
    guard position > 0 else { return nil }
    _ = try verdict(of: "", tolerance: nil)
    guard let first = try run.readyComparison()?.firstDifference, first.step <= position else {
      return nil
    }
    if let known = run.differenceCause { return known }
    let cost = Rational.product(run.input.time, run.places.count)
    guard cost <= Self.glance else {
      return "\(first.path.shown) is the first in the order of the data flow: bisect says why"
    }
    let answer = try Bisection(self, tolerance: nil).answer()
    run.differenceCause = answer.found.map { found in
      // What the graph itself tells is no guess.
      let known = graphFindings(found.path).first.map { "\($0.place): \($0.cause); " } ?? ""
      return known + found.diagnosis.sentence
    }
    return run.differenceCause
  }
}
