import Serialization

/// The stream for messages, apart from results.
enum StandardError {
  /// Writes one line; where nobody can read it there is nobody to tell.
  static func write(_ line: String) {
    try? TextStream.errors.write("\(line)\n")
  }
}
