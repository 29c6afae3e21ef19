#include "apps/mnist_fcnn/config.hpp"

#include <cstdlib>
#include <system_error>

#include "apps/mnist_fcnn/config_course.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/json.hpp>
#include <nlohmann/json.hpp>

namespace mnist_fcnn {
namespace {

namespace fs = std::filesystem;

fs::path working_directory() {
  std::error_code none;  // a folder that was removed has no name: paths then stay relative
  return fs::current_path(none);
}

// The folder without symbolic links and "..". Only folders: the name of a file must stay as the user wrote
// it.
fs::path real_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(folder, error);
  return error ? folder : real;
}

void resolve_file(fs::path& file, const fs::path& folder) {
  if (!file.empty()) file = folder / file;
}

void resolve_paths(Config& config, const fs::path& base) {
  Config::Data& data = config.data;
  data.dir = real_folder(base / data.dir);
  for (fs::path* file : {&data.train_images, &data.train_labels, &data.test_images, &data.test_labels})
    resolve_file(*file, data.dir);
  Config::Output& output = config.output;
  output.dir = real_folder(base / output.dir);
  for (fs::path* file : {&output.prediction_log, &output.metrics, &output.dot})
    resolve_file(*file, output.dir);
}

void use_environment(Config& config) {
  const char* folder = std::getenv("MNIST_DIR");
  if (folder && *folder) config.data.dir = working_directory() / folder;
}

}  // namespace

Config load_config(const fs::path& file, const Overrides& overrides) {
  Config config;
  const gradtable::ConfigTable table = config_table(config);
  const bool course = file.native().ends_with(".config");
  if (course) {
    config = read_course_config(file);
    const fs::path log = working_directory() / config.output.prediction_log;  // there whatever --out says
    config.output = overrides.out ? Config::Output{} : config.output;
    config.output.prediction_log = log;
  } else {
    table.read(gradtable::read_json(file), file.native());
    use_environment(config);
  }
  for (const std::string& setting : overrides.settings) table.set(setting);
  if (overrides.threads) table.set("threads", *overrides.threads, "--threads");
  if (overrides.out) config.output.dir = working_directory() / *overrides.out;
  resolve_paths(config, course ? working_directory() : working_directory() / file.parent_path());
  return config;
}

void require_batch_fits(const Config& config, const fs::path& file, std::int64_t training_images) {
  if (config.training.batch_size > training_images)
    throw gradtable::ConfigError(fmt::format(
        "{} at /training/batch_size: {}; expected an integer from 1 to {}, the number of training images",
        gradtable::printable(file.native()), config.training.batch_size, training_images));
}

}  // namespace mnist_fcnn
