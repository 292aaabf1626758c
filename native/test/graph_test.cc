#include "../core/graph.h"

#include "../core/proto.h"
#include "support.h"

namespace tf {
namespace {

using test::Builder;
using namespace std::string_literals;

// The nodes of a GraphDef: name, op, inputs and device (fields 1, 2, 3 and 4 of NodeDef, which is field 1 of GraphDef).
struct Node {
  std::string name, op, device;
  std::vector<std::string> inputs;
};

std::vector<Node> nodesOf(const std::string& proto) {
  std::vector<Node> nodes;
  for (ProtoReader graph(proto); graph.next();) {
    if (graph.field() != 1) continue;
    Node node;
    for (ProtoReader fields(graph.bytes()); fields.next();) {
      if (fields.field() == 1) node.name = fields.bytes();
      if (fields.field() == 2) node.op = fields.bytes();
      if (fields.field() == 3) node.inputs.emplace_back(fields.bytes());
      if (fields.field() == 4) node.device = fields.bytes();
    }
    nodes.push_back(node);
  }
  return nodes;
}

TEST(Graph, NumbersOperationsInOrder) {
  Builder builder;
  EXPECT_EQ(builder.operation("NoOp"), 0);
  EXPECT_EQ(builder.operation("NoOp"), 1);
  EXPECT_EQ(builder.placeholder(TF_FLOAT, Shape{}), 2 * 65536);
  EXPECT_EQ(builder.graph->outputs(0), 0);
  EXPECT_EQ(builder.graph->outputs(2), 1);
}

TEST(Graph, KnowsDtypesAndShapes) {
  Builder builder;
  Graph& graph = *builder.graph;
  const Endpoint known = builder.placeholder(TF_INT64, Shape{{2, 3}});
  const Endpoint partial = builder.placeholder(TF_FLOAT, Shape{{-1, 3}});
  const Endpoint unknown = builder.placeholder(TF_BOOL, Shape{});
  EXPECT_EQ(graph.dtype(known), TF_INT64);
  EXPECT_EQ(graph.shape(known), (Shape{{2, 3}}));
  EXPECT_EQ(graph.shape(partial), (Shape{{-1, 3}}));
  EXPECT_EQ(graph.shape(unknown), Shape{});
  const int64_t top = builder.operation("TopKV2", {partial, builder.constant(test::scalar<int32_t>(2))});
  EXPECT_EQ(graph.outputs(top), 2);
  EXPECT_EQ(graph.dtype(top * 65536), TF_FLOAT);
  EXPECT_EQ(graph.dtype(top * 65536 + 1), TF_INT32);
  EXPECT_EQ(graph.shape(top * 65536 + 1), (Shape{{-1, 2}}));
}

TEST(Graph, TakesListsControlsAndDevices) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint y = builder.placeholder(TF_FLOAT, Shape{{3}});
  builder.graph->add({.type = "ConcatV2",
                      .name = "joined",
                      .inputs = {std::vector<Endpoint>{x, y, x}, builder.constant(test::scalar<int32_t>(0))},
                      .attributes = {},
                      .controls = {builder.operation("NoOp")},
                      .device = "/device:CPU:0"});
  const std::vector<Node> nodes = nodesOf(builder.graph->toProto());
  ASSERT_EQ(nodes.size(), 5u);
  EXPECT_EQ(nodes[4].name, "joined");
  EXPECT_EQ(nodes[4].op, "ConcatV2");
  EXPECT_EQ(nodes[4].device, "/device:CPU:0");
  EXPECT_EQ(nodes[4].inputs,
            (std::vector{"Placeholder_0"s, "Placeholder_1"s, "Placeholder_0"s, "Const_2"s, "^NoOp_3"s}));
  EXPECT_EQ(builder.graph->shape(4 * 65536), (Shape{{7}}));
}

TEST(Graph, AFailureLeavesItAsItWas) {
  Builder builder;
  Graph& graph = *builder.graph;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint y = builder.placeholder(TF_INT32, Shape{{3}});
  const auto add = [&graph](const char* type, std::vector<OperationInput> inputs, Attributes attributes = {},
                            const char* name = "new", std::vector<int64_t> controls = {}) {
    graph.add({.type = type,
               .name = name,
               .inputs = std::move(inputs),
               .attributes = std::move(attributes),
               .controls = std::move(controls),
               .device = ""});
  };
  EXPECT_ERROR(add("NoSuchOp", {}), TF_NOT_FOUND, "NoSuchOp");
  EXPECT_ERROR(add("AddV2", {x}), TF_INVALID_ARGUMENT, "op AddV2 `new`");
  EXPECT_ERROR(add("AddV2", {x, x, x}), TF_INVALID_ARGUMENT, "op AddV2 `new`");
  EXPECT_ERROR(add("AddV2", {x, y}), TF_INVALID_ARGUMENT, "op AddV2 `new`");
  EXPECT_ERROR(add("AddV2", {x, std::vector{x}}), TF_INVALID_ARGUMENT, "op AddV2 `new`");
  EXPECT_ERROR(add("Pack", {x}), TF_INVALID_ARGUMENT, "op Pack `new`");
  EXPECT_ERROR(add("Reshape", {x, y}, {{"T", 3.0}}), TF_INVALID_ARGUMENT, "op Reshape `new`");
  EXPECT_ERROR(add("MatMul", {x, x}), TF_INVALID_ARGUMENT, "rank");
  EXPECT_ERROR(add("NoOp", {}, {}, "Placeholder_0"), TF_INVALID_ARGUMENT, "Duplicate");
  EXPECT_ERROR(add("NoOp", {}, {{"x", 1.0}}), TF_INVALID_ARGUMENT, "no attribute `x`");
  EXPECT_ERROR(add("Identity", {Endpoint{7 * 65536}}), TF_INVALID_ARGUMENT,
               "`inputs` names operation 7 of a graph with 2");
  EXPECT_ERROR(add("Identity", {x + 1}), TF_INVALID_ARGUMENT, "`inputs` names output 1 of operation 0, which has 1");
  EXPECT_ERROR(add("Identity", {Endpoint{-1}}), TF_INVALID_ARGUMENT, "operation -1");
  EXPECT_ERROR(add("NoOp", {}, {}, "new", {2}), TF_INVALID_ARGUMENT, "`controls` names operation 2");
  EXPECT_EQ(nodesOf(graph.toProto()).size(), 2u);
  EXPECT_EQ(builder.operation("NoOp"), 2) << "numbers go on without a gap";
}

TEST(Graph, IsToldAShapeThatAnOpCannotSay) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, std::nullopt);
  const auto add = [&](Shape shape) {
    return builder.graph->add({.type = "Identity",
                               .name = "named" + std::to_string(shape ? shape->size() : 9),
                               .inputs = {x},
                               .attributes = {},
                               .controls = {},
                               .device = "",
                               .shape = std::move(shape)}) *
           65536;
  };
  EXPECT_EQ(builder.graph->shape(add(std::nullopt)), std::nullopt);
  const Endpoint told = add(Shape{{-1, 3}});
  EXPECT_EQ(builder.graph->shape(told), (Shape{{-1, 3}}));
  EXPECT_EQ(builder.graph->shape(builder.add("Neg", {told})), (Shape{{-1, 3}}));
}

int begun, finished;

TEST(Graph, FreesAnOperationThatIsGivenUp) {
  begun = finished = 0;
  TfApi api = test::library();
  api.TF_NewOperation = [](TF_Graph* graph, const char* type, const char* name) {
    ++begun;
    return test::library().TF_NewOperation(graph, type, name);
  };
  api.TF_FinishOperation = [](TF_OperationDescription* description, TF_Status* status) {
    ++finished;
    TF_Operation* operation = test::library().TF_FinishOperation(description, status);
    return operation;
  };
  Builder builder(api);
  // Valid but for an attribute, which is found out after others were set: without its inputs too many it would be
  // added.
  EXPECT_ERROR(builder.operation("NoOp", {}, {{"_good", 1.0}, {"bad", 1.0}}), TF_INVALID_ARGUMENT, "bad");
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{});
  EXPECT_ERROR(builder.operation("Pack", {std::vector{x, x}}, {{"axis", "one"s}}), TF_INVALID_ARGUMENT, "axis");
  EXPECT_EQ(begun, 3);
  EXPECT_EQ(finished, 3);
  EXPECT_EQ(nodesOf(builder.graph->toProto()).size(), 1u);
}

TEST(Graph, FailsWhereLibtensorflowGivesNothing) {
  const int64_t before = stats.graphs;
  TfApi api = test::library();
  api.TF_NewGraph = []() -> TF_Graph* { return nullptr; };
  EXPECT_ERROR(Builder{api}, TF_INTERNAL, "no graph");
  EXPECT_EQ(stats.graphs, before);
  api = test::library();
  api.TF_NewOperation = [](TF_Graph*, const char*, const char*) -> TF_OperationDescription* { return nullptr; };
  EXPECT_ERROR(Builder(api).operation("NoOp"), TF_INTERNAL, "no operation of NoOp");
}

TEST(Graph, IsCounted) {
  const int64_t before = stats.graphs;
  {
    Builder builder;
    EXPECT_EQ(stats.graphs, before + 1);
  }
  EXPECT_EQ(stats.graphs, before);
}

}  // namespace
}  // namespace tf
