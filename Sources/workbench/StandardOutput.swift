import Serialization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Every `print` of this program: what cannot be written ends it with status 3.
func print(_ text: String, terminator: String = "\n") {
  StandardOutput.finish { () throws(FileError) in try TextStream.output.write(text + terminator) }
}

/// The stream for results.
enum StandardOutput {
  /// Writes bytes as they are.
  static func write(_ bytes: [UInt8]) {
    finish { () throws(FileError) in try TextStream.output.write(bytes: bytes) }
  }

  static func finish(_ writing: () throws(FileError) -> Void) {
    do throws(FileError) { try writing() } catch {
      StandardError.write("\(error)")
      exit(3)
    }
  }
}
