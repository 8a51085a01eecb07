"""TensorFlow operations that compute numbers from numbers and do nothing else.

What is not here reads or writes files, talks to other programs, runs code, keeps state or draws random
numbers, or has not been looked at.
"""

from __future__ import annotations

_ARITHMETIC = """
    Abs Add AddN AddV2 BiasAdd BiasAddV1 Ceil Cos Cumsum Div DivNoNan Erf Erfc Exp Expm1 Floor FloorDiv
    FloorMod Log Log1p Maximum Minimum Mod Mul MulNoNan Neg Pow RealDiv Reciprocal Rint Round Rsqrt Sign
    Sin Sqrt Square SquaredDifference Sub Tan
"""
_LOGIC = """
    All Any Equal Greater GreaterEqual IsFinite IsNan Less LessEqual LogicalAnd LogicalNot LogicalOr
    NotEqual Select SelectV2 Where
"""
_NETWORKS = """
    AvgPool BatchMatMul BatchMatMulV2 BatchMatMulV3 Conv2D Conv2DBackpropInput Conv3D
    DepthwiseConv2dNative Einsum Elu FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN LeakyRelu
    LogSoftmax MatMul MaxPool MaxPoolV2 Relu Relu6 Selu Sigmoid Softmax Softplus Softsign Tanh
"""
_REDUCTIONS = "ArgMax ArgMin Max Mean Min Prod Sum TopKV2"
_SHAPES = """
    BatchToSpaceND BroadcastArgs BroadcastTo Cast Concat ConcatV2 Const DepthToSpace EnsureShape
    ExpandDims Fill Gather GatherNd GatherV2 Identity IdentityN MirrorPad NoOp OneHot OnesLike Pack Pad
    PadV2 Range Rank Reshape ReverseV2 Shape Size Slice SpaceToBatchND SpaceToDepth Split SplitV Squeeze
    StopGradient StridedSlice Tile Transpose Unpack ZerosLike
"""
_IMAGES = (
    "CropAndResize ImageProjectiveTransformV3 ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor"
)
_CALLS = "If PartitionedCall ReadVariableOp StatefulPartitionedCall StatelessIf StatelessWhile While"

PURE = frozenset(" ".join((_ARITHMETIC, _LOGIC, _NETWORKS, _REDUCTIONS, _SHAPES, _IMAGES, _CALLS)).split())
