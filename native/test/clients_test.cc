// The ops of our own for several clients: each client has what it would have alone.
#include <limits>

#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Elements = std::vector<AttributeElement>;
using std::string_literals::operator""s;

constexpr int kClients = 3;

struct Op {
  std::string name;  // of the test
  std::string op;
  // What an input is: `f` are numbers; `i` numbers, one of them infinite for client 1; `l` labels; `p` and `q` truth
  // values, true for all but client 1 and for client 1 alone.
  std::string kinds;
  std::vector<Ints> shapes;
  Attributes attributes = {};
  int outputs = 1;
  size_t listed = 9;  // the first input of those that are given as a list
};

TensorRef valueOf(const Op& op, size_t input, int client) {
  const Ints& shape = op.shapes[input];
  const char kind = op.kinds[input];
  if (kind == 'p' || kind == 'q')
    return test::tensor<uint8_t>(shape, {uint8_t((client != 1) == (kind == 'p'))}, TF_BOOL);
  if (kind == 'l') {
    std::vector<int32_t> labels(static_cast<size_t>(shape[0]));
    for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int32_t>((5 * i + client) % 7);
    return test::tensor(shape, labels);
  }
  auto values = test::normals(shape, static_cast<uint32_t>(10 * input) + client + 1);
  if (kind == 'i' && client == 1) values.back() = -std::numeric_limits<float>::infinity();
  return test::tensor(shape, values);
}

// On a new first axis.
TensorRef together(const std::vector<TensorRef>& parts) {
  Ints shape = parts[0]->shape();
  shape.insert(shape.begin(), static_cast<int64_t>(parts.size()));
  std::vector<std::byte> bytes;
  for (const TensorRef& part : parts) bytes.insert(bytes.end(), part->bytes().begin(), part->bytes().end());
  return std::make_shared<const Tensor>(Tensor::fromBytes(test::library(), parts[0]->dtype(), shape, bytes));
}

std::vector<std::byte> bytesOf(const TensorRef& tensor) { return {tensor->bytes().begin(), tensor->bytes().end()}; }

// Whether the op's inputs are fed, or computed for it alone, so that it may work in their memory.
enum class Memory { kFed, kOwn };

// One op; its inputs are fed, after a 1.
Computation computationOf(const Op& op, const std::string& type, Memory memory) {
  test::Builder b;
  std::vector<Endpoint> feeds{b.placeholder(TF_FLOAT, Shape{Ints{}})};
  std::vector<OperationInput> inputs;
  std::vector<Endpoint> list;
  for (size_t i = 0; i < op.kinds.size(); ++i) {
    const bool number = op.kinds[i] == 'f' || op.kinds[i] == 'i';
    feeds.push_back(b.placeholder(number ? TF_FLOAT : op.kinds[i] == 'l' ? TF_INT32 : TF_BOOL, Shape{}));
    const Endpoint given = number && memory == Memory::kOwn ? b.add("Mul", {feeds.back(), feeds[0]}) : feeds.back();
    if (i < op.listed) {
      inputs.emplace_back(given);
    } else {
      list.push_back(given);
    }
  }
  if (!list.empty()) inputs.emplace_back(list);
  const Endpoint first = b.add(type, inputs, op.attributes);
  std::vector<Endpoint> fetches;
  for (int i = 0; i < op.outputs; ++i) fetches.push_back(first + i);
  return Computation(b.graph, feeds, fetches, {}, test::callerRuns());
}

std::vector<TensorRef> given(const Computation& computation, std::vector<TensorRef> inputs) {
  inputs.insert(inputs.begin(), test::scalar(1.0f));
  return test::run(computation, inputs);
}

class OfClients : public testing::TestWithParam<Op> {};

TEST_P(OfClients, GivesEachTheBitsThatItHasAlone) {
  const Op& op = GetParam();
  const size_t inputs = op.kinds.size();
  const Computation alone = computationOf(op, op.op, Memory::kFed);
  for (const Memory memory : {Memory::kFed, Memory::kOwn}) {
    const Computation of_clients = computationOf(op, op.op + "OfClients", memory);
    for (size_t shared = 0; shared < size_t{1} << inputs; ++shared) {
      SCOPED_TRACE("shared inputs " + std::to_string(shared));
      const auto isShared = [&](size_t input) { return (shared >> input & 1) != 0; };
      std::vector<TensorRef> fed;
      for (size_t i = 0; i < inputs; ++i) {
        std::vector<TensorRef> parts;
        for (int client = 0; client < (isShared(i) ? 1 : kClients); ++client) parts.push_back(valueOf(op, i, client));
        fed.push_back(together(parts));
      }
      std::vector<std::vector<std::byte>> before;
      for (const TensorRef& tensor : fed) before.push_back(bytesOf(tensor));
      const auto found = given(of_clients, fed);
      for (size_t i = 0; i < inputs; ++i) EXPECT_EQ(bytesOf(fed[i]), before[i]) << "input " << i << " has changed";

      const int clients = shared + 1 == size_t{1} << inputs ? 1 : kClients;
      std::vector<std::vector<TensorRef>> expected(static_cast<size_t>(op.outputs));
      for (int client = 0; client < clients; ++client) {
        std::vector<TensorRef> own;
        for (size_t i = 0; i < inputs; ++i) own.push_back(valueOf(op, i, isShared(i) ? 0 : client));
        const auto results = given(alone, own);
        for (size_t i = 0; i < expected.size(); ++i) expected[i].push_back(results[i]);
      }
      for (size_t i = 0; i < expected.size(); ++i) {
        const TensorRef all = together(expected[i]);
        EXPECT_EQ(found[i]->shape(), all->shape()) << "output " << i;
        EXPECT_EQ(bytesOf(found[i]), bytesOf(all)) << "output " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, OfClients,
    testing::Values(
        Op{"AllFinite", "FedkerasAllFinite", "ff", {{5}, {2, 17}}, {}, 1, 0},
        Op{"AllFiniteOfWhatIsNot", "FedkerasAllFinite", "fif", {{5}, {2, 17}, {}}, {}, 1, 0},
        Op{"Guarded", "FedkerasGuarded", "pff", {{}, {3, 5}, {}}, {}, 2, 1},
        Op{"GuardedOtherwise", "FedkerasGuarded", "qff", {{}, {3, 5}, {4, 0}}, {}, 2, 1},
        Op{"Difference", "FedkerasDifference", "ff", {{3, 37}, {3, 37}}},
        Op{"Scaled", "FedkerasScaled", "ff", {{3, 37}, {}}},
        Op{"MeanCrossEntropy", "FedkerasMeanCrossEntropy", "fl", {{6, 10}, {6}}, {}, 3},
        Op{"MeanCrossEntropyGrad", "FedkerasMeanCrossEntropyGrad", "flff", {{6, 10}, {6}, {6, 2}, {}}},
        Op{"SubtractProduct", "FedkerasSubtractProduct", "fff", {{5, 7}, {4, 5}, {4, 7}}},
        Op{"SubtractProductNarrow", "FedkerasSubtractProduct", "fff", {{9, 10}, {13, 9}, {13, 10}}},
        Op{"SubtractProductWide", "FedkerasSubtractProduct", "fff", {{9, 48}, {13, 9}, {13, 48}}},
        Op{"SubtractSum", "FedkerasSubtractSum", "ff", {{7}, {3, 5, 7}}},
        Op{"MatMul", "FedkerasMatMul", "ff", {{7, 9}, {9, 3}}},
        Op{"MatMulOfAVector", "FedkerasMatMul", "ff", {{7, 9}, {9, 16}}},
        Op{"MatMulBetween", "FedkerasMatMul", "ff", {{7, 300}, {300, 24}}},
        Op{"MatMulOfPanels", "FedkerasMatMul", "ff", {{7, 300}, {300, 64}}},
        Op{"MatMulWide", "FedkerasMatMul", "ff", {{7, 5}, {5, 62}}},
        Op{"MatMulOfNothing", "FedkerasMatMul", "ff", {{3, 0}, {0, 48}}},
        Op{"MatMulTransposedA", "FedkerasMatMulTransposedA", "ff", {{9, 7}, {9, 32}}},
        Op{"MatMulTransposedANarrow", "FedkerasMatMulTransposedA", "ff", {{9, 17}, {9, 10}}},
        Op{"MatMulTransposedB", "FedkerasMatMulTransposedB", "ff", {{7, 9}, {32, 9}}},
        Op{"BiasAdd", "FedkerasBiasAdd", "ff", {{3, 5, 7}, {7}}},
        Op{"BiasAddOfTwoVectors", "FedkerasBiasAdd", "ff", {{7}, {7}}}, Op{"SumAll", "FedkerasSumAll", "f", {{3, 37}}},
        Op{"SumAllOfNothing", "FedkerasSumAll", "f", {{3, 0}}}, Op{"SumRows", "FedkerasSumRows", "f", {{3, 70, 5}}},
        Op{"Sum", "FedkerasSum", "f", {{3, 4, 5, 6}}, {{"axes", Elements{int64_t{0}, int64_t{2}}}}},
        Op{"Softmax", "FedkerasSoftmax", "f", {{3, 4, 17}}, {}, 2},
        Op{"CrossEntropy", "FedkerasCrossEntropy", "fl", {{6, 10}, {6}}, {}, 2},
        Op{"Tanh", "FedkerasElementwise", "f", {{3, 17}}, {{"function", "Tanh"s}}, 1, 0},
        Op{"Pow", "FedkerasElementwise", "ff", {{3, 17}, {3, 17}}, {{"function", "Pow"s}}, 1, 0},
        Op{"EluGradOfANumber", "FedkerasElementwise", "ff", {{3, 17}, {}}, {{"function", "EluGrad"s}}, 1, 0}),
    [](const auto& info) { return info.param.name; });

// Fed in shapes that the graph does not know, so that the kernel itself has to refuse them.
std::vector<TensorRef> numbers(const std::string& type, const std::vector<Ints>& shapes, Memory memory = Memory::kFed) {
  const Op op{"", type, std::string(shapes.size(), 'f'), shapes};
  std::vector<TensorRef> inputs;
  for (size_t i = 0; i < shapes.size(); ++i) inputs.push_back(valueOf(op, i, 0));
  return given(computationOf(op, type, memory), inputs);
}

TEST(OfClients, RefusesNumbersOfClientsThatDiffer) {
  EXPECT_ERROR(numbers("FedkerasMatMulOfClients", {{3, 2, 4}, {2, 4, 5}}), TF_INVALID_ARGUMENT,
               "input 1 must have an axis of 3 clients in front, received 2");
  EXPECT_ERROR(numbers("FedkerasSubtractProductOfClients", {{1, 4, 5}, {3, 2, 4}, {2, 2, 5}}), TF_INVALID_ARGUMENT,
               "input 2 must have an axis of 3 clients in front, received 2");
  EXPECT_ERROR(numbers("FedkerasMatMulOfClients", {{0, 2, 4}, {3, 4, 5}}), TF_INVALID_ARGUMENT,
               "input 0 must have an axis of 1 clients in front, received 0");
  EXPECT_ERROR(numbers("FedkerasMatMulOfClients", {{3, 2, 4}, {0, 4, 5}}), TF_INVALID_ARGUMENT,
               "input 1 must have an axis of 3 clients in front, received 0");
  EXPECT_ERROR(numbers("FedkerasSumAllOfClients", {{}}), TF_INVALID_ARGUMENT,
               "input 0 must have an axis of 1 clients in front, received a scalar");
  EXPECT_ERROR(numbers("FedkerasBiasAddOfClients", {{2, 5}, {}}), TF_INVALID_ARGUMENT,
               "input 1 must have an axis of 2 clients in front, received a scalar");
}

TEST(OfClients, RefusesPartsThatDoNotFit) {
  EXPECT_ERROR(numbers("FedkerasMatMulOfClients", {{3, 2, 4}, {3, 5, 2}}), TF_INVALID_ARGUMENT,
               "the factors must fit, received 4 columns and 5 rows");
  EXPECT_ERROR(numbers("FedkerasMatMulOfClients", {{3, 4}, {3, 4, 2}}), TF_INVALID_ARGUMENT,
               "input 0 must have 2 dimensions, received 1");
  EXPECT_ERROR(numbers("FedkerasBiasAddOfClients", {{3, 2, 4}, {3, 5}}), TF_INVALID_ARGUMENT, "as many biases");
  EXPECT_ERROR(numbers("FedkerasSumRowsOfClients", {{3}}), TF_INVALID_ARGUMENT, "a scalar has no rows");
}

// As many elements, so that the memory would be large enough.
TEST(OfClients, WorksInNoMemoryOfAnotherShape) {
  for (const Memory memory : {Memory::kFed, Memory::kOwn}) {
    EXPECT_ERROR(numbers("FedkerasSubtractProduct", {{3, 2}, {4, 2}, {4, 3}}, memory), TF_INVALID_ARGUMENT,
                 "input 0 has another shape than its output");
    EXPECT_ERROR(numbers("FedkerasSubtractProductOfClients", {{3, 3, 2}, {3, 4, 2}, {3, 4, 3}}, memory),
                 TF_INVALID_ARGUMENT, "input 0 has another shape than its output");
    // One value for all, as large as those of all.
    EXPECT_ERROR(numbers("FedkerasSubtractProductOfClients", {{1, 6, 3}, {3, 4, 2}, {3, 4, 3}}, memory),
                 TF_INVALID_ARGUMENT, "input 0 has another shape than its output");
  }
}

TEST(OfClients, RefusesALabelOfOneClient) {
  test::Builder b;
  const Endpoint logits = b.constant(test::tensor({2, 1, 3}, test::normals({6}, 1)));
  const Endpoint labels = b.constant(test::tensor<int32_t>({2, 1}, {2, 3}));
  for (const auto op : {"FedkerasMeanCrossEntropyOfClients", "FedkerasCrossEntropyOfClients"}) {
    EXPECT_ERROR(test::evaluate(b.graph, {b.add(op, {logits, labels})}), TF_INVALID_ARGUMENT,
                 "label value of 3, which is outside the valid range of [0, 3), in row 0");
  }
}

TEST(OfClients, KnowsTheShapesOfParts) {
  test::Builder b;
  const Endpoint a = b.placeholder(TF_FLOAT, Shape{{4, 2, 5}}), c = b.placeholder(TF_FLOAT, Shape{{1, 5, 3}}),
                 bias = b.placeholder(TF_FLOAT, Shape{{4, 3}}), any = b.placeholder(TF_FLOAT, Shape{});
  const Endpoint product = b.add("FedkerasMatMulOfClients", {a, c});
  EXPECT_EQ(b.graph->shape(product), (Shape{{-1, 2, 3}}));
  EXPECT_EQ(b.graph->shape(b.add("FedkerasBiasAddOfClients", {product, bias})), (Shape{{-1, 2, 3}}));
  EXPECT_EQ(b.graph->shape(b.add("FedkerasSumRowsOfClients", {a})), (Shape{{-1, 5}}));
  EXPECT_EQ(b.graph->shape(b.add("FedkerasSumAllOfClients", {a})), (Shape{{-1}}));
  EXPECT_EQ(b.graph->shape(b.add("FedkerasSoftmaxOfClients", {any})), Shape{});
}

}  // namespace
}  // namespace tf
