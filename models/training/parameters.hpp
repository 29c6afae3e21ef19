// The numbers of a graph's parameters, by name.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

using NamedArrays = std::map<std::string, Array>;

// Whether parameters may become NaN or infinite.
enum class NotFinite : std::uint8_t { refuse, allow };

// All parameters of a graph in the order of creation: the weights of its networks, and what optimizers
// remember.
std::vector<Tensor> parameters_of(Graph& graph);

// What the parameters hold now. Throws GraphError for other tensors and those of another graph, as set_values
// does.
NamedArrays values_of(const Graph& graph, std::span<const Tensor> parameters);

// Throws NumericError with the names of those that hold NaN or infinity; `source`, where they come from,
// begins the message.
void require_finite(const NamedArrays& values, const std::string& source);
// The same of names that are known, if there are any.
void refuse_not_finite(const std::vector<std::string>& names, const std::string& source);
// The names of the parameters that hold NaN or infinity now. Throws GraphError as values_of does.
std::vector<std::string> names_of_not_finite(const Graph& graph, std::span<const Tensor> parameters);

// Sets each parameter to the values of its name, all or none; `source`, the path of a file, begins messages.
// Throws CheckpointError with all differences at once, unless there are values for exactly these parameters,
// of their types and shapes; and NumericError with the names of those that are not finite. Where these are
// allowed it returns their names.
std::vector<std::string> set_values(Graph& graph, std::span<const Tensor> parameters,
                                    const NamedArrays& values, const std::string& source,
                                    NotFinite not_finite = NotFinite::refuse);

}  // namespace gradtable
