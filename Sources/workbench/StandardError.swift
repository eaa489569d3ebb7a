import Serialization

/// The stream for messages, apart from results.
enum StandardError {
  /// Writes one line; failures are ignored, as there is nowhere to report them.
  static func write(_ line: String) {
    try? TextStream.errors.write("\(line)\n")
  }
}
