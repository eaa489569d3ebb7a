/// A layer whose children, or chains of them, get one input, and whose outputs meet.
package protocol BranchedLayer: SequenceLayer {
  /// The delays that make steps of the branches meet, one in front of each; nil where they meet already, or
  /// delays cannot do that.
  var branchDelays: [Int]? { get }
}

/// The latencies of chains that get one input and whose outputs meet: steps need them to be equal.
struct BranchLatencies {
  var chains: [SerialChain]

  /// Whether steps of the chains meet.
  var areEqual: Bool {
    guard let first = chains.first else { return true }
    guard let late = try? first.accumulatedOutputLatency(0) else { return false }
    return chains.dropFirst().allSatisfy { chain in
      chain.inputLatency == first.inputLatency
        && (try? chain.accumulatedOutputLatency(0)) == late
    }
  }

  /// The lengths of the delays that make latencies equal, one in front of each chain; nil where delays
  /// cannot do that.
  var delays: [Int]? {
    let most = chains.map(\.inputLatency).max() ?? 0
    let lengths = chains.map { most - $0.inputLatency }
    let delayed = zip(chains, lengths).map { $0.delayed(by: $1) }
    return BranchLatencies(chains: delayed).areEqual ? lengths : nil
  }

  /// The delay of stepwise outputs that changes no result, as it is written in a stack.
  static func delay(_ length: Int) -> String {
    "Delay(length: \(length), delayLayerOutput: false)"
  }
}

extension SerialChain {
  fileprivate func delayed(by length: Int) -> SerialChain {
    guard length > 0 else { return self }
    return SerialChain(
      [Delay(length: length, delayLayerOutput: false)] + layers, scopes: [ChildScope("")] + scopes)
  }
}
