import CKernels

/// What kernels call an activation.
extension Activation {
  /// In the epilogue of a product.
  var epilogueCode: sw_activation {
    switch self {
    case .relu: SW_ACTIVATION_RELU
    }
  }

  /// Among the functions of elementwise kernels.
  var elementwiseCode: Int {
    switch self {
    case .relu: SW_RELU
    }
  }

  /// The function that adds two numbers and applies the activation to the sum, if there is one.
  var elementwiseCodeOfSum: Int? {
    switch self {
    case .relu: SW_ADD_RELU
    }
  }
}
