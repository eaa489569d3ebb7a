import Datasets
import Foundation
import Serialization
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

  @Test("dumps are told by what is in them, shards by their index")
  func kinds() throws {
    let index = #"{"weight_map":{"b.10":"m-2.safetensors","b.2":"m-1.safetensors"}}"#
    let files: [(String, [UInt8])] = [
      ("m-1.safetensors", Safetensors.encoded([("b.2", ramp([1, 2]))])),
      ("m-2.safetensors", Safetensors.encoded([("b.10", ramp([1, 3]))])),
      ("m.safetensors.index.json", Array(index.utf8)),
      ("archive", Npz.encoded([("y", ramp([1, 2])), ("x", ramp([1, 3]))])),
      ("one.npy", Npy.encoded(ramp([1, 2]))), ("a.pkl", [0x80, 4, 0x95]),
    ]
    try withTemporaryFolder { folder in
      for (name, bytes) in files {
        try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
      }
      let shards = try #require(try ArrayCollection(path: "\(folder)/m.safetensors.index.json"))
      #expect(shards.names == ["b.2", "b.10"])
      #expect(try shards.array("b.10").bitsEqual(ramp([1, 3])))
      let archive = try #require(try ArrayCollection(path: "\(folder)/archive"))
      #expect(archive.names == ["y", "x"])
      #expect(try ArrayCollection(path: "\(folder)/one.npy")?.names == nil)
      #expect(try ArrayCollection(path: "\(folder)/a.pkl")?.names == nil)
    }
  }
}
