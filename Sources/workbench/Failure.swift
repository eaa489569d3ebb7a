/// An error whose message goes to standard error with exit status 3.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ message: String) { description = message }
}
