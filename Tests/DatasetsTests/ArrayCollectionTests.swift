import Datasets
import Tensors
import Testing
import Weights

@Suite("Dumps of many arrays") struct ArrayCollectionTests {
  private let arrays = [
    ("layers.10", ramp([1, 3])), ("layers.2", ramp([2, 3])), ("embed", ramp([3, 3])),
  ]

  @Test("an archive keeps the order in which arrays were saved")
  func archive() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/run.npz"
      try AtomicFile.write(Npz.encoded(arrays), to: path)
      let found = try #require(try ArrayCollection(path: path))
      #expect(found.names == ["layers.10", "layers.2", "embed"])
      #expect(!found.isFolder)
      for (name, tensor) in arrays { #expect(try found.array(name).bitsEqual(tensor)) }
    }
  }

  @Test("other kinds are sorted with numbers by value")
  func sorted() throws {
    try withTemporaryFolder { folder in
      for (name, tensor) in arrays {
        try AtomicFile.write(Npy.encoded(tensor), to: "\(folder)/\(name).npy")
      }
      try AtomicFile.write([1, 2, 3], to: "\(folder)/notes.txt")
      let tensors = arrays.map { (name: $0.0, tensor: $0.1) }
      try AtomicFile.write(Safetensors.encoded(tensors), to: "\(folder)/run.safetensors")
      for path in [folder, "\(folder)/run.safetensors"] {
        let found = try #require(try ArrayCollection(path: path))
        #expect(found.names == ["embed", "layers.2", "layers.10"])
        for (name, tensor) in arrays { #expect(try found.array(name).bitsEqual(tensor)) }
      }
    }
  }

  @Test("one array is no dump, and an empty folder is refused")
  func others() throws {
    try withTemporaryFolder { folder in
      #expect(throws: DatasetError.self) { try ArrayCollection(path: folder) }
      try AtomicFile.write(Npy.encoded(ramp([2])), to: "\(folder)/one.npy")
      let single = try ArrayCollection(path: "\(folder)/one.npy")
      #expect(single == nil)
      #expect(throws: FileError.self) { try ArrayCollection(path: "\(folder)/none.npz") }
    }
  }
}
