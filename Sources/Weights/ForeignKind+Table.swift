/// The kinds of files that people have instead of those that are read, most specific first.
extension ForeignKind {
  /// How a kind is recognised.
  struct Row: Sendable {
    let kind: ForeignKind
    /// Bytes that its files have at an offset; any of them.
    let signatures: [Signature]
    /// The endings of its names, for files without a signature.
    let endings: Set<String>
  }

  /// Bytes at an offset.
  struct Signature: Sendable {
    let bytes: [UInt8]
    let offset: Int
  }

  static let table: [Row] = weights + arrays + packed + sounds + documents

  private static func row(
    _ kind: ForeignKind, _ signatures: [[UInt8]] = [], at offset: Int = 0,
    endings: Set<String> = []
  ) -> Row {
    Row(
      kind: kind, signatures: signatures.map { Signature(bytes: $0, offset: offset) },
      endings: endings)
  }

  private static func ascii(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  private static func python(_ code: String) -> String { "convert it: python3 -c \"\(code)\"" }

  // MARK: Weights

  private static let saveTorch =
    "s.save_file({k: v.contiguous() for k, v in (x if isinstance(x, dict) else {'x': x}).items() "
    + "if hasattr(v, 'contiguous')}, '{out}.safetensors')"

  static let torch = ForeignKind(
    "a PyTorch checkpoint",
    python(
      "import torch, safetensors.torch as s; x = torch.load('{in}', map_location='cpu'); "
        + saveTorch))
  static let torchScript = ForeignKind(
    "a TorchScript model",
    python(
      "import torch, safetensors.torch as s; "
        + "x = dict(torch.jit.load('{in}', map_location='cpu').state_dict()); " + saveTorch))
  static let keras = ForeignKind(
    "a Keras model",
    python(
      "import keras, safetensors.numpy as s; s.save_file({w.path: w.numpy() "
        + "for w in keras.saving.load_model('{in}').weights}, '{out}.safetensors')"))
  static let onnx = ForeignKind(
    "an ONNX model",
    python(
      "import onnx, safetensors.numpy as s; s.save_file({t.name: onnx.numpy_helper.to_array(t) "
        + "for t in onnx.load('{in}').graph.initializer}, '{out}.safetensors')"))

  private static let weights: [Row] = [
    row(
      torch,
      [[0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]],
      endings: ["pt", "pth", "ckpt"]),
    row(
      ForeignKind(
        "a GGUF file",
        python(
          "import gguf, numpy; numpy.savez('{out}.npz', **{t.name: gguf.dequantize(t.data, "
            + "t.tensor_type) for t in gguf.GGUFReader('{in}').tensors})")),
      ascii("GGUF"), endings: ["gguf"]),
    row(
      ForeignKind(
        "a GGML file of the time before GGUF", "convert the model that it was made from instead"),
      ascii("lmgg", "fmgg", "tjgg", "algg")),
    row(
      ForeignKind(
        "a TensorFlow Lite model",
        python(
          "import tensorflow as tf, numpy; i = tf.lite.Interpreter('{in}'); i.allocate_tensors(); "
            + "numpy.savez('{out}.npz', **{d['name']: i.get_tensor(d['index']) "
            + "for d in i.get_tensor_details()})")),
      ascii("TFL3"), at: 4, endings: ["tflite"]),
    row(onnx, endings: ["onnx"]),
    row(keras, endings: ["keras"]),
    row(
      ForeignKind(
        "a protobuf file, such as a TensorFlow graph or a tensor of an ONNX test",
        python(
          "import onnx, numpy; "
            + "numpy.save('{out}.npy', onnx.numpy_helper.to_array(onnx.load_tensor('{in}')))")),
      endings: ["pb"]),
    row(
      ForeignKind(
        "a Flax checkpoint",
        python(
          "import flax, safetensors.numpy as s; t = flax.serialization.msgpack_restore("
            + "open('{in}', 'rb').read()); "
            + "s.save_file(flax.traverse_util.flatten_dict(t, sep='/'), '{out}.safetensors')")),
      endings: ["msgpack"]),
  ]

  // MARK: Arrays

  /// What is read as an array but holds no named tensors.
  static let npy = ForeignKind(
    "an array of NumPy",
    python(
      "import numpy, safetensors.numpy as s; "
        + "s.save_file({'NAME': numpy.load('{in}')}, '{out}.safetensors')"))
  static let npz = ForeignKind(
    "an archive of NumPy arrays",
    python(
      "import numpy, safetensors.numpy as s; "
        + "s.save_file(dict(numpy.load('{in}')), '{out}.safetensors')"))

  static let pickle = ForeignKind(
    "a Python pickle",
    python(
      "import pickle, numpy; x = pickle.load(open('{in}', 'rb')); "
        + "numpy.savez('{out}.npz', **(x if isinstance(x, dict) else {'x': x}))")
      + " (loading a pickle runs code in it: only one that you trust)")
  static let excel = ForeignKind(
    "an Excel table",
    python("import pandas; pandas.read_excel('{in}').to_csv('{out}.csv', index=False)"))
  static let kaldi = ForeignKind(
    "a Kaldi archive",
    python("import kaldiio, numpy; numpy.savez('{out}.npz', **dict(kaldiio.load_ark('{in}')))"))

  private static let arrays: [Row] = [
    row(
      ForeignKind(
        "a MATLAB file of version 7.3",
        python(
          "import h5py, numpy; f = h5py.File('{in}'); "
            + "numpy.savez('{out}.npz', **{k: f[k][()].T for k in f if k[0] != '#'})")),
      ascii("MATLAB 7.3")),
    row(
      ForeignKind(
        "a MATLAB file",
        python(
          "import scipy.io, numpy; numpy.savez('{out}.npz', "
            + "**{k: v for k, v in scipy.io.loadmat('{in}').items() if k[0] != '_'})")),
      ascii("MATLAB "), endings: ["mat"]),
    row(
      ForeignKind(
        "an HDF5 file, such as Keras weights",
        python(
          "import h5py, numpy; a = {}; h5py.File('{in}').visititems(lambda n, d: "
            + "a.update({n: d[()]}) if hasattr(d, 'shape') else None); "
            + "numpy.savez('{out}.npz', **a)")),
      [[0x89] + Array("HDF".utf8)], endings: ["h5", "hdf5"]),
    row(
      ForeignKind(
        "a Parquet table",
        python("import pandas; pandas.read_parquet('{in}').to_csv('{out}.csv', index=False)")),
      ascii("PAR1"), endings: ["parquet"]),
    row(
      ForeignKind(
        "an Arrow table",
        python("import pandas; pandas.read_feather('{in}').to_csv('{out}.csv', index=False)")),
      ascii("ARROW1", "FEA1"), endings: ["arrow", "feather"]),
    row(excel, endings: ["xlsx"]),
    row(pickle, endings: ["pkl", "pickle", "joblib"]),
    row(kaldi, endings: ["ark"]),
    row(
      ForeignKind(
        "numbers without a header, whose type and shape nobody knows but you",
        python("import numpy; numpy.save('{out}.npy', numpy.fromfile('{in}', '<f4')[None])")),
      endings: ["bin", "dat", "f32"]),
    row(
      ForeignKind(
        "a TFRecord file", "save its features with numpy.savez while reading it with tf.data"),
      endings: ["tfrecord", "tfrecords"]),
  ]

  // MARK: Packed files

  private static let packed: [Row] = [
    row(ForeignKind("compressed by gzip", "unpack it: gunzip -k '{in}'"), [[0x1F, 0x8B]]),
    row(ForeignKind("compressed by bzip2", "unpack it: bunzip2 -k '{in}'"), ascii("BZh")),
    row(
      ForeignKind("compressed by xz", "unpack it: unxz -k '{in}'"),
      [[0xFD] + Array("7zXZ".utf8) + [0]]),
    row(
      ForeignKind("compressed by Zstandard", "unpack it: unzstd '{in}'"),
      [[0x28, 0xB5, 0x2F, 0xFD]]),
    row(ForeignKind("compressed by LZ4", "unpack it: unlz4 '{in}'"), [[0x04, 0x22, 0x4D, 0x18]]),
    row(
      ForeignKind("a 7z archive", "unpack it: 7z x '{in}'"),
      [Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C]]),
    row(
      ForeignKind("a tar archive, as .nemo files are", "unpack it: tar xf '{in}'"),
      ascii("ustar"), at: 257),
    row(
      ForeignKind(
        "compressed by zlib, as joblib writes",
        python("import joblib, numpy; numpy.savez('{out}.npz', x=joblib.load('{in}'))")),
      [[0x78, 0x01], [0x78, 0x9C], [0x78, 0xDA]]),
  ]

  // MARK: Sound and pictures

  private static let ffmpeg = "convert it: ffmpeg -i '{in}' '{out}.wav'"

  private static let sounds: [Row] = [
    row(
      ForeignKind("an MP3 recording", ffmpeg),
      [2, 3, 4].map { Array("ID3".utf8) + [$0] }
        + [0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB].map { [0xFF, $0] }, endings: ["mp3"]),
    row(
      ForeignKind("an AAC recording", ffmpeg), [[0xFF, 0xF1], [0xFF, 0xF9]], endings: ["aac"]),
    row(
      ForeignKind("an MPEG-4 recording", ffmpeg), ascii("ftyp"), at: 4,
      endings: ["m4a", "mp4", "mov"]),
    row(
      ForeignKind("a WebM or Matroska recording", ffmpeg), [[0x1A, 0x45, 0xDF, 0xA3]],
      endings: ["webm", "mkv"]),
    row(ForeignKind("an AMR recording", ffmpeg), ascii("#!AMR"), endings: ["amr"]),
    row(
      ForeignKind("a Windows Media recording", ffmpeg), [[0x30, 0x26, 0xB2, 0x75]],
      endings: ["wma"]),
    row(ForeignKind("an AVI recording", ffmpeg), ascii("AVI "), at: 8, endings: ["avi"]),
    row(
      ForeignKind(
        "raw samples without a header",
        "say what they are: sox -t raw -r 16000 -e signed -b 16 -c 1 '{in}' '{out}.wav'"),
      endings: ["raw", "pcm"]),
    row(
      ForeignKind(
        "a picture",
        python(
          "import PIL.Image, numpy; "
            + "numpy.save('{out}.npy', numpy.asarray(PIL.Image.open('{in}'))[None])")),
      [[0x89] + Array("PNG".utf8), [0xFF, 0xD8, 0xFF]] + ascii("GIF8"), endings: ["png", "jpg"]),
  ]

  // MARK: Documents

  static let tokenizer = ForeignKind(
    "a tokenizer, which holds no arrays", "encode a text with it and save the ids with numpy.save")
  /// A document of no other known kind.
  package static let json = ForeignKind(
    "a JSON document",
    python("import json, numpy; numpy.save('{out}.npy', numpy.array(json.load(open('{in}'))))"))

  private static let documents: [Row] = [
    row(
      ForeignKind(
        "a git-lfs pointer, not the file itself", "get the file: git lfs pull --include '{in}'"),
      ascii("version https://git-lfs.github.com/spec/")),
    row(
      ForeignKind(
        "a web page: the download brought a page instead of the file",
        "open the address in a browser to see why"),
      ascii("<!DOCTYPE html", "<!doctype html", "<html", "<HTML")),
    row(json, endings: ["json"]),
    row(
      ForeignKind(
        "a table of JSON lines",
        python(
          "import pandas; pandas.read_json('{in}', lines=True).to_csv('{out}.csv', index=False)")),
      endings: ["jsonl"]),
    row(tokenizer, endings: ["model"]),
  ]
}
