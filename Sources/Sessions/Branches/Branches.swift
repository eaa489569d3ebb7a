import Diagnostics
import Layers
import Runtime

/// A document that lies beside the present one, which shares all that it has not changed.
package struct ParkedBranch: Sendable {
  package var document: Document
  /// The input timestep at which it was left.
  package var timestep: Int
}

/// Where a branch comes from.
package struct BranchOrigin: Hashable, Sendable {
  /// The branch that it left; nil for the first.
  package var parent: String?
  /// The step at which it did.
  package var step = 0
  /// The bytes that it does not share with its parent.
  package var ownByteCount = 0
}

extension Document {
  /// The name of the branch on which a session begins.
  package static let mainBranch = "main"

  /// The names of all branches.
  package var branchNames: [String] { ([branch] + parked.keys).sorted() }

  /// The document of another branch, with the present one beside it.
  ///
  /// - Precondition: there is such a branch.
  func switched(to name: String, at timestep: Int) -> (document: Document, timestep: Int) {
    guard let target = parked[name] else { preconditionFailure("There is a branch \(name).") }
    var others = parked
    others[name] = nil
    others[branch] = ParkedBranch(document: alone, timestep: timestep)
    var result = target.document
    result.parked = others
    return (result, target.timestep)
  }

  /// A new branch that begins as this document.
  func branched(as name: String, at timestep: Int, step: Int) -> Document {
    var result = self
    result.parked[branch] = ParkedBranch(document: alone, timestep: timestep)
    result.branch = name
    result.branchOrigin = BranchOrigin(parent: branch, step: step)
    return result
  }

  /// The document that a what-if changes: this one, or a new branch of it where it is the first or another is
  /// named.
  func forEdit(
    on name: String?, at timestep: Int, step: Int
  ) throws(CommandError) -> Document {
    if let name, parked[name] != nil {
      throw CommandError(
        .invalidOperand, found: "branch \(name) is not the present one", expected: "a new name",
        suggestion: "branch \(name) first")
    }
    guard branch == Document.mainBranch || name != nil && name != branch else { return self }
    return branched(as: name ?? freeBranchName, at: timestep, step: step)
  }

  /// The document without those beside it.
  private var alone: Document {
    var result = self
    result.parked = [:]
    return result
  }

  /// A name that no branch has.
  var freeBranchName: String {
    var number = 1
    while branchNames.contains("edit-\(number)") { number += 1 }
    return "edit-\(number)"
  }
}

extension Session {
  /// The branches as a tree, the present one marked.
  var branchLines: [String] {
    var origins = document.parked.mapValues(\.document.branchOrigin)
    origins[document.branch] = document.branchOrigin
    func lines(below parent: String?, _ depth: Int) -> [String] {
      let children = origins.filter { $0.value.parent == parent }.keys.sorted()
      return children.flatMap { name -> [String] in
        let origin = origins[name] ?? BranchOrigin()
        let mark = name == document.branch ? "* " : "  "
        let indent = String(repeating: "  ", count: depth)
        let place =
          parent == nil
          ? ""
          : "  from step \(origin.step), \(NumberText.bytes(origin.ownByteCount)) of its own"
        return [mark + indent + name + place] + lines(below: name, depth + 1)
      }
    }
    return lines(below: nil, 0)
  }

  /// The document of a branch, present or not.
  ///
  /// - Throws: ``CommandError`` with the nearest name.
  func document(ofBranch name: String) throws(CommandError) -> Document {
    if name == document.branch { return document }
    guard let found = document.parked[name] else {
      throw CommandError(
        .invalidOperand, found: "there is no branch '\(name)'",
        expected: document.branchNames.joined(separator: ", "),
        suggestion: NearestName.of(name, among: document.branchNames).map { "did you mean \($0)?" })
    }
    return found.document
  }
}
