// The model of a program: its keys, its rules and its network. A program writes a struct of its own for it.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradtable/models/config/field.hpp>
#include <gradtable/models/data/dataset.hpp>
#include <gradtable/models/networks/sequential.hpp>

namespace classifier {

struct Config;
class Place;

struct Model {
  // Keys that models share, if their fields() have them.
  std::string output = "linear";                // after the last layer; what fits depends on the loss
  std::string initializer = "kaiming_uniform";  // of the first weights

  virtual ~Model() = default;

  // Its keys, "model.hidden" and so on, bound to its members.
  virtual std::vector<gradtable::config::Field> fields() = 0;
  // Refuses values that do not fit together, or do not fit the rest of the config.
  virtual void check(const Config&, const Place&) const {}
  // Its network for examples like those of the data set, with the parameters in the graph. Throws
  // gradtable::ConfigError for examples that it cannot take.
  virtual gradtable::Sequential network(gradtable::Graph& graph, const Config& config,
                                        const gradtable::Dataset& data) const = 0;
  // The same for people: "784-128-10, relu".
  virtual std::string describe(const gradtable::Dataset& data) const = 0;

  // Whether the last row of a matrix of weights holds the biases.
  virtual bool has_bias_rows() const { return false; }
  // The key hidden_size of the course's format, bound to a member; without it no such file is taken.
  virtual std::optional<gradtable::config::Field> hidden_size() { return std::nullopt; }

 protected:
  gradtable::config::Field output_field();
  gradtable::config::Field initializer_field();
  // ", outputs softmax" for describe(); nothing for scores.
  std::string describe_output() const;
};

// The names that an activation of hidden layers may have.
std::vector<std::string> activation_names();

// The options of every network: the model's first values, and the type and the seed of the config.
gradtable::NetworkOptions network_options(const Config& config);

// A value of any model: a copy has members of its own. One that was moved away can only be assigned.
class AnyModel {
 public:
  template <std::derived_from<Model> M>
  AnyModel(M model) : model_(std::make_unique<M>(std::move(model))), copy_(copy<M>) {}
  AnyModel(const AnyModel& other) : model_(other.copy_(*other)), copy_(other.copy_) {}
  AnyModel(AnyModel&&) noexcept = default;
  AnyModel& operator=(AnyModel other) noexcept {
    model_ = std::move(other.model_);
    copy_ = other.copy_;
    return *this;
  }
  ~AnyModel() = default;

  Model& operator*() { return *model_; }
  const Model& operator*() const { return *model_; }
  Model* operator->() { return model_.get(); }
  const Model* operator->() const { return model_.get(); }

 private:
  template <class M>
  static std::unique_ptr<Model> copy(const Model& model) {
    return std::make_unique<M>(static_cast<const M&>(model));
  }

  std::unique_ptr<Model> model_;
  std::unique_ptr<Model> (*copy_)(const Model&);
};

}  // namespace classifier
