/// The version of the program.
enum Version {
  static let program = "0.1.0"
}
