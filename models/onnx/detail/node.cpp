#include "gradtable/models/onnx/detail/node.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

using onnx::AttributeProto;

template <class T, class Field>
std::vector<T> to_vector(const Field& field) {
  return std::vector<T>(field.begin(), field.end());
}

}  // namespace

OnnxNode::OnnxNode(Graph& graph, OnnxValues& values, const onnx::NodeProto& proto, std::int64_t opset,
                   int index, const OnnxOptions& options)
    : graph_(graph), values_(values), proto_(proto), opset_(opset), index_(index), options_(options) {
  std::set<std::string_view> names;
  for (const AttributeProto& attribute : proto.attribute())
    if (!names.insert(attribute.name()).second)
      refuse(fmt::format("expected each attribute once, got '{}' again", printable(attribute.name(), 80)));
}

void OnnxNode::require_input(std::size_t i) {
  if (!has_input(i)) refuse(fmt::format("expected an input {}, got none", i));
  read_inputs_.insert(i);
}

Tensor OnnxNode::input(std::size_t i) {
  require_input(i);
  return values_.tensor(name(i));
}

std::vector<Tensor> OnnxNode::inputs(std::size_t first) {
  std::vector<Tensor> tensors;
  for (std::size_t i = first; i < input_count(); ++i) tensors.push_back(input(i));
  return tensors;
}

std::vector<std::int64_t> OnnxNode::input_integers(std::size_t i,
                                                   std::optional<std::vector<std::int64_t>> fallback) {
  if (fallback && !has_input(i)) return *fallback;
  require_input(i);
  return values_.integers(name(i));
}

double OnnxNode::input_real(std::size_t i, std::optional<double> fallback) {
  if (fallback && !has_input(i)) return *fallback;
  require_input(i);
  const std::vector<double> numbers = values_.reals(name(i));
  if (numbers.size() != 1) refuse(fmt::format("expected one number in input {}, got {}", i, numbers.size()));
  return numbers.front();
}

Tensor OnnxNode::tensor(const std::string& name) const {
  if (!values_.contains(name))
    refuse(fmt::format("expected the name of a tensor that is made before, got '{}'", printable(name, 80)));
  return values_.tensor(name);
}

void OnnxNode::define_output(std::size_t i, const onnx::TensorProto& stored) {
  if (has_output(i)) values_.define(proto_.output(static_cast<int>(i)), stored, "");
}

void OnnxNode::define_output(std::size_t i, onnx::TensorProto&& stored) {
  define_output(i, values_.keep(std::move(stored)));
}

bool OnnxNode::has(std::string_view attribute) const {
  return std::ranges::any_of(proto_.attribute(),
                             [&](const auto& found) { return found.name() == attribute; });
}

const AttributeProto* OnnxNode::find(std::string_view attribute) {
  read_attributes_.emplace(attribute);
  const auto found = std::ranges::find(proto_.attribute(), attribute, &AttributeProto::name);
  return found == proto_.attribute().end() ? nullptr : &*found;
}

const AttributeProto* OnnxNode::find(std::string_view attribute, AttributeProto::AttributeType type) {
  const AttributeProto* found = find(attribute);
  if (found != nullptr && found->type() != type)
    refuse(fmt::format("expected attribute {} of type {}, got {}", attribute,
                       onnx::AttributeProto_AttributeType_Name(type),
                       onnx::AttributeProto_AttributeType_Name(found->type())));
  return found;
}

void OnnxNode::refuse_missing(std::string_view attribute) const {
  refuse(fmt::format("expected an attribute {}, got none", attribute));
}

std::int64_t OnnxNode::integer(std::string_view attribute, std::optional<std::int64_t> fallback) {
  if (const AttributeProto* found = find(attribute, AttributeProto::INT)) return found->i();
  if (!fallback) refuse_missing(attribute);
  return *fallback;
}

double OnnxNode::real(std::string_view attribute, std::optional<double> fallback) {
  if (const AttributeProto* found = find(attribute, AttributeProto::FLOAT)) return found->f();
  if (!fallback) refuse_missing(attribute);
  return *fallback;
}

std::string OnnxNode::text(std::string_view attribute, std::optional<std::string> fallback) {
  if (const AttributeProto* found = find(attribute, AttributeProto::STRING)) return found->s();
  if (!fallback) refuse_missing(attribute);
  return *fallback;
}

std::optional<std::vector<std::int64_t>> OnnxNode::integers(std::string_view attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::INTS);
  if (found == nullptr) return {};
  return to_vector<std::int64_t>(found->ints());
}

std::optional<std::vector<double>> OnnxNode::reals(std::string_view attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::FLOATS);
  if (found == nullptr) return {};
  return to_vector<double>(found->floats());
}

std::vector<std::string> OnnxNode::texts(std::string_view attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::STRINGS);
  return found == nullptr ? std::vector<std::string>() : to_vector<std::string>(found->strings());
}

const onnx::TensorProto* OnnxNode::stored(std::string_view attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::TENSOR);
  return found == nullptr ? nullptr : &found->t();
}

void OnnxNode::refuse(const std::string& sentence) const {
  throw OnnxError(sentence);
}

void OnnxNode::require_all_read() const {
  for (std::size_t i = 0; i < input_count(); ++i)
    if (has_input(i) && !read_inputs_.contains(i))
      refuse(fmt::format("expected no input {}, got '{}'", i, printable(name(i), 80)));
  for (const AttributeProto& attribute : proto_.attribute())
    if (!read_attributes_.contains(attribute.name()))
      refuse(fmt::format("expected no attribute '{}' in opset {}", printable(attribute.name(), 80), opset_));
}

}  // namespace gradtable::detail
